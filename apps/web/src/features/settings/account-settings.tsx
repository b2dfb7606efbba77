import type { Me } from '@parley/protocol';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useExport } from '../../hooks/use-export.js';
import { Button } from '../../ui/button.js';
import { Alert } from '../../ui/field.js';
import { DeletionDialog } from './deletion-dialog.js';
import { Group } from './group.js';
import { PasswordForm } from './password-form.js';

/** The password, what one takes along, and how one leaves. */
export function AccountSettings({ user }: { user: Me }) {
  const [isLeaving, setLeaving] = useState(false);
  const { save, busy, error } = useExport('users/me/export');
  return (
    <>
      <PasswordForm username={user.username} />
      <Group
        title="Your data"
        words="Your account, everything that you wrote, your reactions and your files, in one file of JSON Lines."
      >
        <Button busy={busy} onClick={save}>
          <Download size={17} strokeWidth={1.6} aria-hidden="true" />
          Export my data
        </Button>
        {error ? <Alert className="mt-2">{error}</Alert> : null}
      </Group>
      <Group title="Leaving" words="You are asked for your password before anything is deleted.">
        <Button onClick={() => setLeaving(true)}>Delete my account…</Button>
      </Group>
      {isLeaving ? <DeletionDialog user={user} onClose={() => setLeaving(false)} /> : null}
    </>
  );
}
