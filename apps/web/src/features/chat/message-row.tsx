import type { UserView } from '@parley/protocol';
import { memo, type ReactNode, type RefCallback } from 'react';
import { PersonAvatar } from '../../ui/avatar.js';
import { clockTime, fullTime } from './dates.js';
import { type FindMention, MessageText } from './message-text.js';
import { ReceiptRail } from './receipt-rail.js';
import type { Row } from './rows.js';

export interface MessageRowProps {
  row: Row;
  index: number;
  /** Pixels from the top of the list. */
  offset: number;
  sender: UserView;
  mine: boolean;
  /** Of a system message; null otherwise. */
  sentence: string | null;
  heads: readonly UserView[];
  readers: readonly string[];
  tabStop: boolean;
  find: FindMention;
  measure: RefCallback<HTMLElement>;
  onFocus: (key: string) => void;
  onRetry: (clientMessageId: string) => void;
  onDiscard: (clientMessageId: string) => void;
  start: ReactNode;
}

/** One message. Day and "new messages" lines belong to the row below them: the list holds articles only. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { row, index, offset, sender, mine, tabStop, measure, onFocus } = props;
  const { message, entry } = row;
  const clientId = message?.clientMessageId ?? entry?.clientMessageId;
  const id = `message-${clientId}`;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the feed pattern: articles take focus
    <article
      ref={measure}
      data-index={index}
      data-testid="message"
      data-seq={message?.seq}
      data-client-id={clientId}
      data-state={entry?.state ?? 'sent'}
      data-head={row.head || undefined}
      data-own={mine || undefined}
      className="message"
      style={{ transform: `translateY(${offset}px)` }}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the feed pattern, as above
      tabIndex={tabStop ? 0 : -1}
      aria-posinset={message?.seq ?? index + 1}
      aria-setsize={-1}
      aria-labelledby={`${id}-who`}
      aria-describedby={`${id}-body`}
      onFocus={() => onFocus(row.key)}
    >
      {row.start ? props.start : null}
      {row.day ? <div className="divider">{row.day}</div> : null}
      {row.fresh ? (
        <div className="divider divider-new" data-testid="new-divider">
          New messages
        </div>
      ) : null}
      {props.sentence === null ? (
        <Line {...props} id={id} />
      ) : (
        <div className="message-note">
          <span id={`${id}-who`} className="sr-only">
            Notice,
          </span>
          <p id={`${id}-body`}>
            {props.sentence} · <Time iso={row.createdAt} className="tabular-nums" />
          </p>
        </div>
      )}
      {entry?.state === 'failed' ? <NotSent {...props} reason={entry.reason} name={sender.displayName} /> : null}
    </article>
  );
}, sameRow);

function Line({ row, sender, find, heads, readers, id }: MessageRowProps & { id: string }) {
  const text = row.message?.content ?? row.entry?.content ?? '';
  return (
    <div className="message-line">
      <div className="message-gutter">
        {row.head ? <PersonAvatar user={sender} size={36} /> : <Time iso={row.createdAt} />}
      </div>
      <div className="message-body">
        {row.head ? (
          <header className="message-author" id={`${id}-who`}>
            <b>{sender.displayName}</b> <Time iso={row.createdAt} />
          </header>
        ) : (
          <span className="sr-only" id={`${id}-who`}>
            {sender.displayName}, {clockTime(new Date(row.createdAt))}
          </span>
        )}
        <div className="message-text" id={`${id}-body`} dir="auto">
          {row.message?.isDeleted ? (
            <em className="text-ink-3">Message deleted</em>
          ) : (
            <MessageText text={text} find={find} />
          )}
        </div>
      </div>
      <div className="message-rail">
        <ReceiptRail receipt={row.receipt} heads={heads} readers={readers} />
      </div>
    </div>
  );
}

type NotSentProps = Pick<MessageRowProps, 'row' | 'onRetry' | 'onDiscard'> & { reason: string | null; name: string };

function NotSent({ row, reason, onRetry, onDiscard }: NotSentProps) {
  const id = row.entry?.clientMessageId ?? '';
  const link = 'rounded-inline px-1 py-1 font-medium underline-offset-2 hover:underline';
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

function Time({ iso, className }: { iso: string; className?: string }) {
  const at = new Date(iso);
  return (
    <time dateTime={iso} title={fullTime(at)} className={className}>
      {clockTime(at)}
    </time>
  );
}

/** Rows are made anew with each change of the list: drawn again is only what looks different. */
function sameRow(a: MessageRowProps, b: MessageRowProps): boolean {
  const names = ['index', 'offset', 'sender', 'mine', 'sentence', 'tabStop', 'find', 'start'] as const;
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
