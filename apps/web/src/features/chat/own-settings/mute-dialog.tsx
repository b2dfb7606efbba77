import type { ConversationListItem } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useState } from 'react';
import { changeSettings } from '../../../hooks/own-settings.store.js';
import { isolate } from '../../../ui/isolated.js';
import { QuestionDialog } from '../../../ui/question-dialog.js';
import { RadioGroup } from '../../../ui/radio-group.js';
import { titleOf } from '../conversation-title.js';

const HOUR = 3_600;
const TIMES = [
  { value: HOUR, words: 'An hour' },
  { value: 8 * HOUR, words: 'Eight hours' },
  { value: 0, words: 'Until I end it' },
];

const LEVELS = [
  { value: 'mentions', words: 'Messages that mention me' },
  { value: 'none', words: 'Nothing' },
] as const;

/** How long a conversation is muted, and what comes through. */
export default function MuteDialog({ item, onClose }: { item: ConversationListItem; onClose: () => void }) {
  const client = useChatClient();
  const [seconds, setSeconds] = useState(HOUR);
  const [level, setLevel] = useState<'mentions' | 'none'>('mentions');
  const muteSeconds = seconds === 0 ? undefined : seconds;
  return (
    <QuestionDialog
      title={`Mute ${isolate(titleOf(item))}`}
      verb="Mute"
      onClose={onClose}
      act={() => changeSettings(client, item.id, { notifications: level, muteSeconds })}
      fields={
        <>
          <RadioGroup legend="For how long" options={TIMES} value={seconds} onChange={setSeconds} />
          <RadioGroup legend="What I am still told of" options={LEVELS} value={level} onChange={setLevel} />
        </>
      }
    >
      What is unread in it is counted in the list only, on all of your devices. Nobody else sees that.
    </QuestionDialog>
  );
}
