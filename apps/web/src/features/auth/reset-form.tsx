import { LIMITS } from '@parley/protocol';
import { type FormEvent, useRef, useState } from 'react';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { resetPassword } from './auth.store.js';
import { PasswordField } from './password-field.js';
import { passwordFault, refusalOf } from './registration.js';

interface ResetFormProps {
  token: string;
  username: string;
  onDone: () => void;
}

/** Sets a new password, which signs in here and out everywhere else. */
export function ResetForm({ token, username, onDone }: ResetFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [refusal, setRefusal] = useState<{ field?: string | undefined; sentence?: string | null }>({});
  const [busy, setBusy] = useState(false);

  function refuse(field: string | undefined, sentence: string | null) {
    setRefusal({ field, sentence });
    setBusy(false);
    form.current?.querySelector<HTMLInputElement>('[name=password]')?.focus();
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password'));
    const fault = passwordFault(password);
    if (fault) return refuse(fault, null);
    setBusy(true);
    try {
      await resetPassword({ token, new: password });
      onDone();
    } catch (thrown) {
      const { fields, sentence } = refusalOf(thrown);
      refuse(fields.password, sentence);
    }
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
      <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
      <PasswordField
        label="New password"
        name="password"
        autoComplete="new-password"
        autoFocus
        error={refusal.field}
        hint={`At least ${LIMITS.passwordMin} characters. Wherever you are signed in now, you will be signed out.`}
      />
      {refusal.sentence ? <Alert>{refusal.sentence}</Alert> : null}
      <Button kind="primary" type="submit" busy={busy} className="h-10">
        {busy ? 'Setting the password…' : 'Set the password'}
      </Button>
    </form>
  );
}
