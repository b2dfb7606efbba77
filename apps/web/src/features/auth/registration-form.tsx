import { LIMITS } from '@parley/protocol';
import { type FormEvent, type RefObject, useRef, useState } from 'react';
import { Button } from '../../ui/button.js';
import { Alert, Field } from '../../ui/field.js';
import { register } from './auth.store.js';
import { PasswordField } from './password-field.js';
import { type FieldErrors, faultsOf, refusalOf } from './registration.js';
import { UsernameField } from './username-field.js';

interface RegistrationFormProps {
  /** The token of an invite, with which one may register though registration is closed. */
  invite?: string;
  /** The only username that the invite is good for. */
  username?: string | null;
  onDone?: () => void;
}

export function RegistrationForm(props: RegistrationFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const { errors, sentence, busy, submit } = useRegistration(form, props);
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
      <AccountFields errors={errors} username={props.username ?? null} />
      {sentence ? <Alert>{sentence}</Alert> : null}
      <Button kind="primary" type="submit" busy={busy} className="h-10">
        {busy ? 'Creating your account…' : 'Create account'}
      </Button>
    </form>
  );
}

function AccountFields({ errors, username }: { errors: FieldErrors; username: string | null }) {
  return (
    <>
      <UsernameField
        error={errors.username}
        hint={username === null ? 'Others find and mention you by it.' : 'Your invite is for this username.'}
        {...(username === null ? { autoFocus: true } : { value: username, readOnly: true })}
      />
      <PasswordField
        name="password"
        autoComplete="new-password"
        autoFocus={username !== null}
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
function useRegistration(form: RefObject<HTMLFormElement | null>, { invite, onDone }: RegistrationFormProps) {
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
      await register({ ...account, ...(displayName ? { displayName } : {}), ...(invite ? { invite } : {}) });
      onDone?.();
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
