import { SdkError } from '@parley/client';
import { LIMITS, type Session } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { takeNewSession } from '../auth/auth.store.js';
import { PasswordField } from '../auth/password-field.js';
import { passwordFault, refusalOf } from '../auth/registration.js';
import { useAccountForm } from '../auth/use-account-form.js';
import { Group } from './group.js';

/** Sets another password: every other session ends, and this one goes on. */
export function PasswordForm({ username }: { username: string }) {
  const [changes, setChanges] = useState(0);
  return (
    <Group title="Password" words="With a new one you stay signed in here, and are signed out everywhere else.">
      {/* Anew after each change, with empty fields. */}
      <Fields key={changes} username={username} isAgain={changes > 0} onDone={() => setChanges(changes + 1)} />
      <output className="block pt-2 text-second text-ink-2">{changes > 0 ? 'Your password was changed.' : ''}</output>
    </Group>
  );
}

interface FieldsProps {
  username: string;
  /** Takes the focus, which was in the fields before. */
  isAgain: boolean;
  onDone: () => void;
}

function Fields({ username, isAgain, onDone }: FieldsProps) {
  const client = useChatClient();
  const { form, fields, sentence, busy } = useAccountForm({
    faultsOf: (data) => {
      const fault = passwordFault(String(data.get('password')));
      return fault === null ? {} : { password: fault };
    },
    send: async (data) => {
      const body = { current: String(data.get('current')), new: String(data.get('password')) };
      await takeNewSession(client.request<Session>('POST', 'auth/password', body));
      onDone();
    },
    refusalOf: (thrown) =>
      thrown instanceof SdkError && thrown.code === 'forbidden'
        ? { fields: { current: 'This is not your password.' }, sentence: null }
        : refusalOf(thrown),
    firstField: 'current',
  });
  return (
    <form {...form} noValidate className="flex flex-col gap-3">
      <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
      <PasswordField
        label="Current password"
        name="current"
        autoComplete="current-password"
        autoFocus={isAgain}
        error={fields.current}
      />
      <PasswordField
        label="New password"
        name="password"
        autoComplete="new-password"
        error={fields.password}
        hint={`At least ${LIMITS.passwordMin} characters.`}
      />
      {sentence ? <Alert>{sentence}</Alert> : null}
      <Button type="submit" className="self-start" busy={busy}>
        Change the password
      </Button>
    </form>
  );
}
