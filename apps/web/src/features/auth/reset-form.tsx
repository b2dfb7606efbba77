import { LIMITS } from '@parley/protocol';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { resetPassword } from './auth.store.js';
import { PasswordField } from './password-field.js';
import { passwordFault, refusalOf } from './registration.js';
import { useAccountForm } from './use-account-form.js';

interface ResetFormProps {
  token: string;
  username: string;
  onDone: () => void;
}

/** Sets a new password, which signs in here and out everywhere else. */
export function ResetForm({ token, username, onDone }: ResetFormProps) {
  const { form, fields, sentence, busy } = useAccountForm({
    faultsOf: (data) => {
      const fault = passwordFault(passwordIn(data));
      return fault === null ? {} : { password: fault };
    },
    send: async (data) => {
      await resetPassword({ token, new: passwordIn(data) });
      onDone();
    },
    refusalOf,
    firstField: 'password',
  });
  return (
    <form {...form} noValidate className="flex flex-col gap-4">
      <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
      <PasswordField
        label="New password"
        name="password"
        autoComplete="new-password"
        autoFocus
        error={fields.password}
        hint={`At least ${LIMITS.passwordMin} characters. Wherever you are signed in now, you will be signed out.`}
      />
      {sentence ? <Alert>{sentence}</Alert> : null}
      <Button kind="primary" type="submit" busy={busy} className="h-10">
        {busy ? 'Setting the password…' : 'Set the password'}
      </Button>
    </form>
  );
}

const passwordIn = (data: FormData): string => String(data.get('password'));
