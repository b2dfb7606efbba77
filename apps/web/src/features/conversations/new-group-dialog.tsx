import { newClientId } from '@parley/client';
import { LIMITS, type UserView } from '@parley/protocol';
import { useChatClient, useLimits } from '@parley/react';
import { type FormEvent, useState } from 'react';
import { useCommand } from '../../hooks/use-command.js';
import { useView } from '../../hooks/use-view.js';
import { Button } from '../../ui/button.js';
import { CommandActions, Dialog } from '../../ui/dialog.js';
import { Field } from '../../ui/field.js';
import { PeoplePicker } from '../people/people-picker.js';
import { createConversation } from './create-conversation.js';

export function NewGroupDialog({ me, onClose }: { me: string; onClose: () => void }) {
  const [name, setName] = useState('');
  const [people, setPeople] = useState<UserView[]>([]);
  const client = useChatClient();
  const { openConversation } = useView();
  // One id for all tries, so that a group is not created twice after a lost answer.
  const [id] = useState(newClientId);
  const { run, busy, error } = useCommand();
  const most = useLimits()?.membersPerRequest ?? LIMITS.membersPerRequest;
  const full = people.length >= most;

  function submit(event: FormEvent) {
    event.preventDefault();
    const memberIds = people.map((person) => person.id);
    void run(async () =>
      openConversation(await createConversation(client, { id, type: 'group', name: name.trim(), memberIds })),
    );
  }

  return (
    <Dialog open title="New group" onClose={onClose}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <Field
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={LIMITS.nameLength}
          placeholder="Launch room"
          autoComplete="off"
          autoFocus
          className="px-5 pb-4"
        />
        <PeoplePicker
          label="People"
          placeholder="Name or username"
          chosen={people}
          without={[me]}
          most={most}
          onPick={(person) => setPeople((now) => (full ? now : [...now, person]))}
          onRemove={(person) => setPeople((now) => now.filter((other) => other.id !== person.id))}
        />
        <CommandActions error={error} onCancel={onClose}>
          <Button kind="primary" type="submit" busy={busy} disabled={name.trim() === '' || people.length === 0}>
            Create group
          </Button>
        </CommandActions>
      </form>
    </Dialog>
  );
}
