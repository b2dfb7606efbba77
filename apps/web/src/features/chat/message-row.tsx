import { memo } from 'react';
import { sentenceOf } from '../../api/sentences.js';
import { useConversationFacts, useMessageActions } from './message-actions.js';
import { MessageLine } from './message-line.js';
import { MessageTime } from './message-time.js';
import type { MessageRowProps } from './row-props.js';
import type { Row } from './rows.js';
import { useRights } from './use-rights.js';
import { useRowActions } from './use-row-actions.js';

/** One message. Day and "new messages" lines belong to the row below them: the list holds articles only. */
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
      {row.start ? props.start : null}
      {row.day ? <div className="divider">{row.day}</div> : null}
      {row.fresh ? (
        <div className="divider divider-new" data-testid="new-divider">
          New messages
        </div>
      ) : null}
      {props.sentence === null ? (
        <MessageLine {...props} id={id} rights={rights} actions={actions} />
      ) : (
        <div className="message-note">
          <span id={`${id}-who`} className="sr-only">
            Notice,
          </span>
          <p id={`${id}-body`}>
            {props.sentence} · <MessageTime iso={row.createdAt} className="tabular-nums" />
          </p>
        </div>
      )}
      {pending?.failure ? <NotSent {...props} reason={sentenceOf(pending.failure)} /> : null}
    </article>
  );
}, sameRow);

function stateOf({ pending }: Row): string {
  if (pending === null) return 'sent';
  return pending.failure ? 'failed' : 'pending';
}

type NotSentProps = Pick<MessageRowProps, 'row' | 'onRetry' | 'onDiscard'> & { reason: string };

function NotSent({ row, reason, onRetry, onDiscard }: NotSentProps) {
  const id = row.pending?.key ?? '';
  const link = 'rounded-inline px-1 py-1 font-medium underline-offset-2 hover:underline max-[720px]:min-h-11';
  return (
    <div className="message-line hover:bg-transparent">
      <div />
      <p role="alert" className="col-span-2 flex flex-wrap items-center gap-x-2 text-second text-danger">
        <span>
          <b className="font-strong">Not sent.</b> {reason}
        </span>
        <button type="button" className={link} onClick={() => onRetry(id)}>
          Try again
        </button>
        <button type="button" className={link} onClick={() => onDiscard(id)}>
          Delete
        </button>
      </p>
    </div>
  );
}

/** Rows are made anew with each change of the list: drawn again is only what looks different. */
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
    sameItems(a.readers, b.readers)
  );
}

function sameFields(a: Row, b: Row): boolean {
  return (Object.keys(a) as (keyof Row)[]).every((name) => a[name] === b[name]);
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
