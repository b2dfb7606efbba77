import type { ReplyPreview } from '@parley/protocol';
import { Suspense } from 'react';
import { PersonAvatar } from '../../../ui/avatar.js';
import { BotMark } from '../../../ui/bot-mark.js';
import { clockTime } from '../../../ui/dates.js';
import { lazyPart } from '../../../ui/lazy-part.js';
import { withTransfers } from '../../files/with-transfers.js';
import { useConversationFacts } from './message-actions.js';
import { MessageQuote } from './message-quote.js';
import { MessageText } from './message-text.js';
import { MessageTime } from './message-time.js';
import { ReceiptRail } from './receipt-rail.js';
import type { MessageLineProps } from './row-props.js';
import { StoredMessage } from './stored-message.js';

const PendingAttachments = lazyPart(() => withTransfers(import('../../attachments/pending-attachments.js')));

/** Sender, text and, on the right, whether the message was sent, delivered and read. */
export function MessageLine(props: MessageLineProps) {
  const { row, sender, heads, readers, audience, tabStop, id, actions } = props;
  const { message } = row;
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
        {message && row.own ? <StoredMessage {...props} message={message} own={row.own} /> : <PendingBody {...props} />}
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

/** What is on its way, or was refused. */
function PendingBody({ row, id, find, tabStop }: MessageLineProps) {
  const { content = '', attachments = [] } = row.pending?.entry ?? {};
  const hasWords = content !== '' || attachments.length === 0;
  const bodyId = `${id}-body`;
  return (
    <>
      {hasWords ? (
        <div className="message-text" id={bodyId} dir="auto">
          <MessageText text={content} find={find} />
        </div>
      ) : null}
      {attachments.length > 0 ? (
        <Suspense fallback={<p id={hasWords ? undefined : bodyId}>{attachments.length === 1 ? 'A file' : 'Files'}</p>}>
          <PendingAttachments id={hasWords ? undefined : bodyId} attachments={attachments} tabStop={tabStop} />
        </Suspense>
      ) : null}
    </>
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
