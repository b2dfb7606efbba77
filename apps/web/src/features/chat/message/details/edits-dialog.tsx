import type { Message } from '@parley/protocol';
import { useFetched } from '../../../../hooks/use-fetched.js';
import { fullTime } from '../../../../ui/dates.js';
import { FetchedDialog } from '../../../../ui/fetched-dialog.js';
import { type FindMention, MessageText } from '../message-text.js';
import { fetchEdits } from './message-details.js';

interface EditsDialogProps {
  message: Message;
  find: FindMention;
  onClose: () => void;
}

interface Version {
  key: string;
  text: string;
  /** When the message got this text. */
  since: string;
}

/** The earlier texts of a message, the latest first. */
export default function EditsDialog({ message, find, onClose }: EditsDialogProps) {
  const fetched = useFetched(fetchEdits, message.id);
  return (
    <FetchedDialog title="Earlier versions" fetched={fetched} onClose={onClose}>
      {({ items }) => {
        const earlier = items.map(({ id, originalContent }, index): Version => {
          return { key: id, text: originalContent, since: items[index - 1]?.editedAt ?? message.createdAt };
        });
        const now = { key: 'now', text: message.content, since: items.at(-1)?.editedAt ?? message.createdAt };
        return (
          <ol className="flex flex-col gap-3">
            {[...earlier, now].reverse().map(({ key, text, since }) => (
              <li key={key} data-testid="version" className="border-s-[3px] border-line ps-3">
                <p className="text-meta text-ink-3">
                  {key === 'now' ? 'Now, since ' : ''}
                  <time dateTime={since}>{fullTime(new Date(since))}</time>
                </p>
                <div className="message-text" dir="auto">
                  <MessageText text={text} find={find} />
                </div>
              </li>
            ))}
          </ol>
        );
      }}
    </FetchedDialog>
  );
}
