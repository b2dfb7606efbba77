import type { ReplyPreview } from '@parley/protocol';
import { PersonAvatar } from '../../../ui/avatar.js';
import { BotMark } from '../../../ui/bot-mark.js';
import { clockTime } from '../../../ui/dates.js';
import { useConversationFacts } from './message-actions.js';
import { MessageQuote } from './message-quote.js';
import { MessageText } from './message-text.js';
import { MessageTime } from './message-time.js';
import { ReceiptRail } from './receipt-rail.js';
import type { MessageLineProps } from './row-props.js';
import { StoredMessage } from './stored-message.js';

/** Sender, text and, on the right, whether the message was sent, delivered and read. */
export function MessageLine(props: MessageLineProps) {
  const { row, sender, find, heads, readers, audience, tabStop, id, actions } = props;
  const { message, pending } = row;
  const { type } = useConversationFacts();
  const quoted = quotedOf(props);
  return (
    <div className="message-line">
      <div className="message-gutter">
        {row.head ? <PersonAvatar user={sender} size={36} /> : <MessageTime iso={row.createdAt} />}
      </div>
      <div className="message-body">
        <Author id={`${id}-who`} row={row} sender={sender} />
        {quoted ? <MessageQuote quoted={quoted} tabStop={tabStop} /> : null}
        {message && row.own ? (
          <StoredMessage {...props} message={message} own={row.own} />
        ) : (
          <div className="message-text" id={`${id}-body`} dir="auto">
            <MessageText text={pending?.entry.content ?? ''} find={find} />
          </div>
        )}
      </div>
      <div className="message-rail">
        <ReceiptRail
          receipt={row.receipt}
          heads={heads}
          readers={readers}
          audience={audience}
          tabStop={tabStop}
          onOpen={message && type === 'group' ? () => actions.open('receipts') : null}
        />
      </div>
    </div>
  );
}

/** A row that continues a group has its author for screen readers only. */
function Author({ id, row, sender }: Pick<MessageLineProps, 'id' | 'row' | 'sender'>) {
  if (row.head) {
    return (
      <header className="message-author" id={id}>
        <b dir="auto">{sender.displayName}</b> {sender.isBot ? <BotMark /> : null} <MessageTime iso={row.createdAt} />
      </header>
    );
  }
  return (
    <span className="sr-only" id={id}>
      <bdi>{sender.displayName}</bdi>
      {sender.isBot ? ' (bot)' : ''}, {clockTime(new Date(row.createdAt))}
    </span>
  );
}

function quotedOf({ row: { message, pending } }: MessageLineProps): ReplyPreview | null {
  return message ? message.replyTo : (pending?.quoted ?? null);
}
