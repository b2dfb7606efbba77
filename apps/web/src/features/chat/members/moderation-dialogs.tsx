import type { ConversationListItem, UserView } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { isolate } from '../../../ui/isolated.js';
import { QuestionDialog } from '../../../ui/question-dialog.js';

interface PersonDialogProps {
  person: UserView;
  onClose: () => void;
}

interface MemberDialogProps extends PersonDialogProps {
  item: ConversationListItem;
}

const MINUTE = 60;
const TIMES = [
  { seconds: 10 * MINUTE, words: '10 minutes' },
  { seconds: 60 * MINUTE, words: 'An hour' },
  { seconds: 24 * 60 * MINUTE, words: 'A day' },
  { seconds: 7 * 24 * 60 * MINUTE, words: 'A week' },
] as const;

export function SilenceDialog({ item, person, onClose }: MemberDialogProps) {
  const client = useChatClient();
  const [seconds, setSeconds] = useState<number>(TIMES[1].seconds);
  return (
    <QuestionDialog
      title={`Silence ${isolate(person.displayName)}?`}
      verb="Silence"
      danger
      onClose={onClose}
      act={() => client.silence(item.id, person.id, seconds)}
      fields={
        <fieldset className="px-5 pb-3">
          <legend className="pb-1 text-second font-strong">For how long</legend>
          {TIMES.map((each) => (
            <label key={each.seconds} className="flex min-h-8 items-center gap-2 text-body max-[720px]:min-h-11">
              <input
                type="radio"
                name="seconds"
                checked={seconds === each.seconds}
                onChange={() => setSeconds(each.seconds)}
              />
              {each.words}
            </label>
          ))}
        </fieldset>
      }
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
