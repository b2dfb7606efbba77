import { LIMITS } from '@parley/protocol';
import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import { Button } from '../../ui/button.js';
import { Alert, Field } from '../../ui/field.js';
import { register } from './auth.store.js';
import { AuthPage } from './auth-page.js';
import { PasswordField } from './password-field.js';
import { type FieldErrors, faultsOf, refusalOf } from './registration.js';

export function RegisterPage() {
  const form = useRef<HTMLFormElement>(null);
  const { errors, sentence, busy, submit } = useRegistration(form);
  useEffect(() => {
    document.title = 'Create an account · Parley';
  }, []);
  return (
    <AuthPage title="Create an account" subtitle={`on ${location.host}`}>
      <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
        <AccountFields errors={errors} />
        {sentence ? <Alert>{sentence}</Alert> : null}
        <Button kind="primary" type="submit" busy={busy} className="h-10">
          {busy ? 'Creating your account…' : 'Create account'}
        </Button>
        <p className="text-second text-ink-2">
          Have an account?{' '}
          <Link href={`/signin${location.search}`} className="font-medium text-accent hover:underline">
            Sign in
          </Link>
        </p>
        <p className="border-t border-line pt-4 text-second text-ink-3">
          Setting up a new server? The first account becomes its administrator, unless it is configured otherwise.
        </p>
      </form>
    </AuthPage>
  );
}

function AccountFields({ errors }: { errors: FieldErrors }) {
  return (
    <>
      <Field
        label="Username"
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={errors.username}
        hint="Others find and mention you by it."
        required
        autoFocus
      />
      <PasswordField
        name="password"
        autoComplete="new-password"
        error={errors.password}
        hint={`At least ${LIMITS.passwordMin} characters.`}
      />
      <Field
        label="Your name"
        name="displayName"
        autoComplete="name"
        maxLength={LIMITS.nameLength}
        placeholder="Ama Okafor"
        error={errors.displayName}
        hint="As others see it; without one, your username."
      />
    </>
  );
}

/** Registers with the values of the form. A refusal is shown at the field that it is about, which takes the focus. */
function useRegistration(form: RefObject<HTMLFormElement | null>) {
  const [errors, setErrors] = useState<FieldErrors>({});
  const [sentence, setSentence] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  function refuse(fields: FieldErrors, text: string | null) {
    setErrors(fields);
    setSentence(text);
    setBusy(false);
    const first = Object.keys(fields)[0] ?? 'username';
    form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { displayName, ...account } = accountOf(new FormData(event.currentTarget));
    const faults = faultsOf(account);
    if (Object.keys(faults).length > 0) return refuse(faults, null);
    setBusy(true);
    try {
      await register({ ...account, ...(displayName ? { displayName } : {}) });
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      refuse(refusal.fields, refusal.sentence);
    }
  }

  return { errors, sentence, busy, submit };
}

function accountOf(data: FormData) {
  return {
    displayName: String(data.get('displayName')).trim(),
    username: String(data.get('username')).trim(),
    password: String(data.get('password')),
  };
}
