import type { ConversationListItem, UserView } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { type ComponentProps, useState } from 'react';
import { isolate } from '../../../ui/isolated.js';
import { QuestionDialog } from '../../../ui/question-dialog.js';
import { RadioGroup } from '../../../ui/radio-group.js';
import { titleOf } from '../conversation-title.js';

interface PersonDialogProps {
  person: UserView;
  onClose: () => void;
}

interface MemberDialogProps extends PersonDialogProps {
  item: ConversationListItem;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** In seconds. */
const TIMES = [
  { value: 10 * MINUTE, words: '10 minutes' },
  { value: HOUR, words: 'An hour' },
  { value: 24 * HOUR, words: 'A day' },
  { value: 7 * 24 * HOUR, words: 'A week' },
];

export function SilenceDialog({ item, person, onClose }: MemberDialogProps) {
  const client = useChatClient();
  const [seconds, setSeconds] = useState(HOUR);
  return (
    <PersonQuestion
      person={person}
      verb="Silence"
      danger
      onClose={onClose}
      act={() => client.silence(item.id, person.id, seconds)}
      fields={<RadioGroup legend="For how long" options={TIMES} value={seconds} onChange={setSeconds} />}
    >
      <bdi>{person.displayName}</bdi> can read everything, but not write for that time.
    </PersonQuestion>
  );
}

export function RemoveDialog({ item, person, onClose }: MemberDialogProps) {
  const client = useChatClient();
  return (
    <PersonQuestion
      person={person}
      verb="Remove"
      danger
      onClose={onClose}
      act={() => client.removeMember(item.id, person.id)}
    >
      <bdi>{person.displayName}</bdi> can no longer read or write in “<bdi>{titleOf(item)}</bdi>”. What they wrote
      stays.
    </PersonQuestion>
  );
}

export function BanDialog({ item, person, onClose }: MemberDialogProps) {
  const client = useChatClient();
  return (
    <PersonQuestion
      person={person}
      verb="Ban"
      danger
      onClose={onClose}
      act={() => client.ban(item.id, person.id, true)}
    >
      <bdi>{person.displayName}</bdi> is removed, and nobody can add them again. What they wrote stays.
    </PersonQuestion>
  );
}

export function UnblockDialog({ person, onClose }: PersonDialogProps) {
  const client = useChatClient();
  return (
    <PersonQuestion person={person} verb="Unblock" onClose={onClose} act={() => client.block(person.id, false)}>
      You get direct messages from <bdi>{person.displayName}</bdi> again, and see what they write in groups.
    </PersonQuestion>
  );
}

export function BlockDialog({ person, onClose }: PersonDialogProps) {
  const client = useChatClient();
  return (
    <PersonQuestion person={person} verb="Block" danger onClose={onClose} act={() => client.block(person.id, true)}>
      You get no direct messages from <bdi>{person.displayName}</bdi> any more, and what they write in groups is folded
      for you. They are not told.
    </PersonQuestion>
  );
}

function PersonQuestion({
  person,
  ...question
}: Omit<ComponentProps<typeof QuestionDialog>, 'title'> & { person: UserView }) {
  return <QuestionDialog title={`${question.verb} ${isolate(person.displayName)}?`} {...question} />;
}
