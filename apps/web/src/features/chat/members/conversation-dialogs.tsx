import { type ConversationListItem, LIMITS, type UserView } from '@parley/protocol';
import { useChatClient, useLimits } from '@parley/react';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { useCommand } from '../../../hooks/use-command.js';
import { Button } from '../../../ui/button.js';
import { CommandActions, Dialog } from '../../../ui/dialog.js';
import { Field } from '../../../ui/field.js';
import { isolate } from '../../../ui/isolated.js';
import { QuestionDialog } from '../../../ui/question-dialog.js';
import { PeoplePicker } from '../../people/people-picker.js';
import { titleOf } from '../conversation-title.js';

interface DialogProps {
  item: ConversationListItem;
  onClose: () => void;
}

export function RenameDialog({ item, onClose }: DialogProps) {
  const client = useChatClient();
  const [name, setName] = useState(item.name ?? '');
  const { run, busy, error } = useCommand(onClose);
  return (
    <Dialog open title="Rename group" onClose={onClose}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void run(() => client.rename(item.id, name.trim()));
        }}
      >
        <Field
          label="Name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          maxLength={LIMITS.nameLength}
          error={error}
          autoComplete="off"
          autoFocus
          className="px-5 pb-3"
        />
        <CommandActions onCancel={onClose}>
          <Button kind="primary" type="submit" busy={busy} disabled={name.trim() === ''}>
            Rename
          </Button>
        </CommandActions>
      </form>
    </Dialog>
  );
}

export function ArchiveDialog({ item, onClose }: DialogProps) {
  const client = useChatClient();
  // The state when the dialog was opened: the event may come before the answer, and must not reverse the question.
  const [isArchived] = useState(item.isArchived);
  const verb = isArchived ? 'Take out of the archive' : 'Archive';
  const title = isolate(titleOf(item));
  return (
    <QuestionDialog
      title={isArchived ? `Take “${title}” out of the archive?` : `Archive “${title}”?`}
      verb={verb}
      onClose={onClose}
      act={() => client.archive(item.id, !isArchived)}
    >
      {isArchived
        ? 'All members can write in it again.'
        : 'Everybody can still read it, but nobody can write in it until it is taken out again.'}
    </QuestionDialog>
  );
}

export function LeaveDialog({ item, onClose }: DialogProps) {
  const [, navigate] = useLocation();
  const client = useChatClient();
  return (
    <QuestionDialog
      title={`Leave “${isolate(titleOf(item))}”?`}
      verb="Leave group"
      danger
      onClose={onClose}
      act={async () => {
        await client.leave(item.id);
        navigate('/');
      }}
      refused="You are the only owner. Make somebody else an owner first, then leave."
    >
      You will not get its messages any more. A member who leads the group can add you again.
    </QuestionDialog>
  );
}

export function AddMembersDialog({ item, present, onClose }: DialogProps & { present: readonly string[] }) {
  const client = useChatClient();
  const [people, setPeople] = useState<UserView[]>([]);
  const { run, busy, error } = useCommand(onClose);
  const ids = people.map((person) => person.id);
  const most = useLimits()?.membersPerRequest ?? LIMITS.membersPerRequest;
  return (
    <Dialog open title="Add people" onClose={onClose}>
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void run(() => client.addMembers(item.id, ids));
        }}
      >
        <PeoplePicker
          label="People"
          placeholder="Name or username"
          chosen={people}
          without={present}
          autoFocus
          most={most}
          onPick={(person) => setPeople((now) => [...now, person].slice(0, most))}
          onRemove={(person) => setPeople((now) => now.filter((other) => other.id !== person.id))}
        />
        <CommandActions error={error} onCancel={onClose}>
          <Button kind="primary" type="submit" busy={busy} disabled={people.length === 0}>
            Add
          </Button>
        </CommandActions>
      </form>
    </Dialog>
  );
}
