import { LIMITS } from '@parley/protocol';
import { Button } from '../../ui/button.js';
import { Alert, Field } from '../../ui/field.js';
import { register } from './auth.store.js';
import { PasswordField } from './password-field.js';
import { type FieldErrors, faultsOf, refusalOf } from './registration.js';
import { useAccountForm } from './use-account-form.js';
import { UsernameField } from './username-field.js';

interface RegistrationFormProps {
  /** The token of an invite, with which one may register though registration is closed. */
  invite?: string;
  /** The only username that the invite is good for. */
  username?: string | null;
  onDone?: () => void;
}

export function RegistrationForm({ invite, username = null, onDone }: RegistrationFormProps) {
  const { form, fields, sentence, busy } = useAccountForm({
    faultsOf: (data) => faultsOf(accountOf(data)),
    send: async (data) => {
      const { displayName, ...account } = accountOf(data);
      await register({ ...account, ...(displayName ? { displayName } : {}), ...(invite ? { invite } : {}) });
      onDone?.();
    },
    refusalOf,
    firstField: 'username',
  });
  return (
    <form {...form} noValidate className="flex flex-col gap-4">
      <AccountFields errors={fields} username={username} />
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

function accountOf(data: FormData) {
  return {
    displayName: String(data.get('displayName')).trim(),
    username: String(data.get('username')).trim(),
    password: String(data.get('password')),
  };
}
