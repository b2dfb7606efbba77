import type { Failure, PendingItem } from '@parley/client';
import type { ConversationType } from '@parley/protocol';
import { memo } from 'react';
import { sendSentence } from '../../../api/sentences.js';
import { announceCopy } from '../../../ui/announcements.js';
import { Refusal, RefusalButton } from '../../../ui/refusal.js';
import { useConversationFacts, useMessageActions } from './message-actions.js';
import { MessageLine } from './message-line.js';
import { canWrite } from './message-rights.js';
import type { Row } from './row.js';
import type { MessageRowProps } from './row-props.js';
import { SystemLine } from './system-line.js';
import { useRights } from './use-rights.js';
import { useRowActions } from './use-row-actions.js';

/** One message with the dividers above it: the list consists of articles only. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { row, index, offset, mine, tabStop, measure, onFocus } = props;
  const { message, pending } = row;
  const facts = useConversationFacts();
  const { reply, setEditing } = useMessageActions();
  const rights = useRights(message, facts);
  const shown = message !== null && !message.isDeleted && props.sentence === null;
  const actions = useRowActions(shown, {
    ...(message && rights.reply ? { r: () => reply(message) } : undefined),
    ...(message && rights.edit ? { e: () => setEditing(message.id) } : undefined),
  });
  const clientId = message?.clientMessageId ?? pending?.key ?? '';
  const id = `message-${clientId}`;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the feed pattern: articles take focus
    <article
      ref={measure}
      data-index={index}
      data-testid="message"
      data-seq={message?.seq}
      data-client-id={clientId}
      data-state={stateOf(row)}
      data-head={row.head || undefined}
      data-own={mine || undefined}
      data-lit={props.lit || undefined}
      data-mentions-me={message?.mentions.includes(facts.me) || undefined}
      className="message"
      style={{ transform: `translateY(${offset}px)` }}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the feed pattern, as above
      tabIndex={tabStop ? 0 : -1}
      aria-posinset={message?.seq ?? index + 1}
      aria-setsize={-1}
      aria-labelledby={`${id}-who`}
      aria-describedby={`${id}-body`}
      {...actions.handlers}
      onFocus={(event) => {
        actions.handlers.onFocus(event);
        onFocus(row.key);
      }}
    >
      <Dividers row={row} start={props.start} />
      {props.sentence === null ? (
        <MessageLine {...props} id={id} rights={rights} actions={actions} />
      ) : (
        <SystemLine {...props} id={id} sentence={props.sentence} />
      )}
      {pending?.failure ? <NotSent {...props} pending={pending} failure={pending.failure} /> : null}
    </article>
  );
}, sameRow);

/** What is drawn above the message: the start of the history, a new day, the "new messages" line. */
function Dividers({ row, start }: Pick<MessageRowProps, 'row' | 'start'>) {
  return (
    <>
      {row.start ? start : null}
      {row.day ? <div className="divider">{row.day}</div> : null}
      {row.fresh ? (
        <div className="divider divider-new" data-testid="new-divider">
          New messages
        </div>
      ) : null}
    </>
  );
}

function stateOf({ pending }: Row): string {
  if (pending === null) return 'sent';
  return pending.failure ? 'failed' : 'pending';
}

interface NotSentProps extends Pick<MessageRowProps, 'onRetry' | 'onDiscard'> {
  pending: PendingItem;
  failure: Failure;
}

/** After a final refusal there is no retry: the text can be edited in the composer or, where that is closed, copied. */
function NotSent({ pending, failure, onRetry, onDiscard }: NotSentProps) {
  const { takeBack, copyText } = useMessageActions();
  const facts = useConversationFacts();
  const { key, entry } = pending;
  return (
    <div className="message-line hover:bg-transparent">
      <div />
      <div className="col-span-2">
        <Refusal>
          <span>
            <b className="font-strong">Not sent.</b> {reasonOf(pending, failure, facts.type)}
          </span>
          {failure.retryable ? (
            <RefusalButton onClick={() => onRetry(key)}>Try again</RefusalButton>
          ) : canWrite(facts) ? (
            <RefusalButton onClick={() => takeBack(pending)}>Edit</RefusalButton>
          ) : (
            <RefusalButton onClick={() => announceCopy(copyText(entry.content))}>Copy text</RefusalButton>
          )}
          <RefusalButton onClick={() => onDiscard(key)}>Delete</RefusalButton>
        </Refusal>
      </div>
    </div>
  );
}

/** Beside a file that was refused stands why. */
function reasonOf({ entry }: PendingItem, failure: Failure, type: ConversationType): string {
  const refused = entry.attachments?.filter(({ isRefused }) => isRefused).length ?? 0;
  if (refused === 0) return sendSentence(failure, type);
  return refused === 1 ? 'A file was refused.' : `${refused} files were refused.`;
}

/** Every change of the list creates new row objects: a row is drawn again only if it looks different. */
function sameRow(a: MessageRowProps, b: MessageRowProps): boolean {
  const names = [
    'index',
    'offset',
    'sender',
    'mine',
    'sentence',
    'audience',
    'tabStop',
    'editing',
    'lit',
    'people',
    'find',
    'start',
  ] as const;
  return (
    names.every((name) => a[name] === b[name]) &&
    sameFields(a.row, b.row) &&
    sameItems(a.heads, b.heads) &&
    sameItems(a.earlier, b.earlier) &&
    sameItems(a.readers, b.readers)
  );
}

function sameFields(a: Row, b: Row): boolean {
  const names = Object.keys(a) as (keyof Row)[];
  return names.every((name) => name === 'folded' || a[name] === b[name]) && sameItems(a.folded, b.folded);
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
