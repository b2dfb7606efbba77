import type { Me } from '@parley/protocol';
import { useChatClient, useConversations } from '@parley/react';
import { outboxName } from '../../api/outbox-name.js';
import { Button } from '../../ui/button.js';
import { CommandActions, Dialog } from '../../ui/dialog.js';
import { endSession } from '../auth/auth.store.js';
import { PasswordField } from '../auth/password-field.js';
import { useAccountForm } from '../auth/use-account-form.js';
import { forgetDrafts } from '../chat/composer/drafts.store.js';
import { titleOf } from '../chat/conversation-title.js';
import { pushChoice } from '../notifications/push-choice.js';
import { deletionRefusal } from './deletion-refusal.js';

interface DeletionDialogProps {
  user: Me;
  onClose: () => void;
}

/** Asks for the password, and deletes the account: this page then is that of somebody who is signed out. */
export function DeletionDialog({ user, onClose }: DeletionDialogProps) {
  const client = useChatClient();
  const { items } = useConversations();
  const { form, fields, sentence, busy } = useAccountForm({
    send: async (data) => {
      await client.request('DELETE', 'users/me', { password: String(data.get('password')) });
      endSession();
      forgetDrafts(user.id);
      if (pushChoice.idOf(user.id) !== null) pushChoice.set(null);
      // What waited to be sent is nobody's any more.
      indexedDB.deleteDatabase(outboxName(user.id));
    },
    refusalOf: (thrown) => deletionRefusal(thrown, new Map(items.map((item) => [item.id, titleOf(item)]))),
    firstField: 'password',
  });
  return (
    <Dialog
      open
      title="Delete your account?"
      description="You are signed out everywhere, leave your groups, and your files are deleted. Your name becomes “Deleted user”. What you wrote stays or is deleted, as whoever runs this server has chosen. Nobody can undo this."
      onClose={onClose}
    >
      <form {...form} noValidate className="flex min-h-0 flex-col overflow-y-auto">
        <input type="hidden" name="username" autoComplete="username" value={user.username} readOnly />
        <PasswordField
          label="Current password"
          name="password"
          autoComplete="current-password"
          autoFocus
          error={fields.password}
          className="px-5 pb-3"
        />
        <CommandActions error={sentence} onCancel={onClose}>
          <Button kind="danger" type="submit" busy={busy}>
            Delete my account
          </Button>
        </CommandActions>
      </form>
    </Dialog>
  );
}
