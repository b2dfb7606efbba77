import type { ConversationListItem, UserView } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { isolate } from '../../../ui/isolated.js';
import { QuestionDialog } from '../../../ui/question-dialog.js';
import { RadioGroup } from '../../../ui/radio-group.js';

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
    <QuestionDialog
      title={`Silence ${isolate(person.displayName)}?`}
      verb="Silence"
      danger
      onClose={onClose}
      act={() => client.silence(item.id, person.id, seconds)}
      fields={<RadioGroup legend="For how long" options={TIMES} value={seconds} onChange={setSeconds} />}
    >
      <bdi>{person.displayName}</bdi> can read everything, but not write for that time.
    </QuestionDialog>
  );
}

export function BanDialog({ item, person, onClose }: MemberDialogProps) {
  const client = useChatClient();
  return (
    <QuestionDialog
      title={`Ban ${isolate(person.displayName)}?`}
      verb="Ban"
      danger
      onClose={onClose}
      act={() => client.ban(item.id, person.id, true)}
    >
      <bdi>{person.displayName}</bdi> is removed, and nobody can add them again. What they wrote stays.
    </QuestionDialog>
  );
}

export function UnblockDialog({ person, onClose }: PersonDialogProps) {
  const client = useChatClient();
  return (
    <QuestionDialog
      title={`Unblock ${isolate(person.displayName)}?`}
      verb="Unblock"
      onClose={onClose}
      act={() => client.block(person.id, false)}
    >
      You get direct messages from <bdi>{person.displayName}</bdi> again, and see what they write in groups.
    </QuestionDialog>
  );
}

export function BlockDialog({ person, onClose }: PersonDialogProps) {
  const client = useChatClient();
  return (
    <QuestionDialog
      title={`Block ${isolate(person.displayName)}?`}
      verb="Block"
      danger
      onClose={onClose}
      act={() => client.block(person.id, true)}
    >
      You get no direct messages from <bdi>{person.displayName}</bdi> any more, and what they write in groups is folded
      for you. They are not told.
    </QuestionDialog>
  );
}
