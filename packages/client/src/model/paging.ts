import type { MessagePage } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import type { Conversation } from './conversation.js';
import type { PageRequest, PageTicket, PageWish } from './message-pages.js';
import { fetchedRow, type Row, type RowChange } from './row.js';
import type { PageLoading } from './snapshots.js';

/** As many of the newest rows are enough to show without a request. */
const ENOUGH = 30;

interface Wanted {
  readonly loading: PageLoading;
  readonly request: PageRequest;
}

/** Whether there is something to show first. */
export function hasFirstPage({ isPaged, messages }: Conversation): boolean {
  return isPaged || isEnough(messages, messages.shown());
}

/** The next request, after everything in the store was shown; null: none. */
export function beginPage(conversation: Conversation, wish: PageWish): PageTicket | null {
  const { loading: underWay, messages } = conversation;
  const wanted = wantedFor(conversation, wish);
  if (!wanted || JSON.stringify(underWay[wanted.loading]) === JSON.stringify(wanted.request)) return null;
  const { loading, request } = wanted;
  messages.log.open();
  underWay[loading] = request;
  conversation.pageError = null;
  conversation.touch('messages');
  /** Returns whether no later wish of this kind has come since. */
  const finish = () => {
    conversation.touch('messages');
    if (underWay[loading] !== request) return false;
    underWay[loading] = undefined;
    return true;
  };
  return {
    request,
    end: (page) => {
      const settle = messages.log.close();
      const isAwaited = finish();
      if (settle) takePage(conversation, page, { settle, wanted, isAwaited });
      else if (isAwaited) conversation.pageError = new SdkError('timeout', 'Too much has changed.');
    },
    fail: (error) => {
      messages.log.close();
      if (finish()) conversation.pageError = error;
    },
  };
}

interface Arrival {
  settle: RowChange;
  wanted: Wanted;
  isAwaited: boolean;
}

function takePage(
  conversation: Conversation,
  { items, users }: MessagePage,
  { settle, wanted: { loading, request }, isAwaited }: Arrival,
): void {
  for (const user of users) conversation.meet(user);
  const rows = items.map((message) => settle(fetchedRow(message)));
  conversation.messages.insert(rows);
  conversation.isPaged = true;
  for (const { message } of rows) conversation.raiseSender(message, false);
  if (isAwaited && request.around !== undefined) conversation.messages.show(seqAt(rows, request.around));
  conversation.messages.trim(true, loading === 'older' ? 'newest' : 'oldest');
}

function wantedFor(conversation: Conversation, wish: PageWish): Wanted | null {
  const { messages, loading } = conversation;
  const { from, to } = messages.shown();
  if (wish === 'older') return from > messages.first ? { loading: wish, request: { before: String(from) } } : null;
  if (wish === 'newer') return to < messages.head ? { loading: wish, request: { after: String(to) } } : null;
  const place = wish === 'latest' ? null : wish.around;
  if (!show(conversation, place)) {
    return { loading: 'window', request: place === null ? {} : { around: String(place) } };
  }
  // An earlier wish for a window is dropped.
  loading.window = undefined;
  return null;
}

/** Shows the place if it is in the store. */
function show(conversation: Conversation, place: number | string | null): boolean {
  const { messages } = conversation;
  conversation.touch('messages');
  if (place === null) return messages.show(null) && isEnough(messages, messages.live());
  const seq = typeof place === 'number' ? place : messages.find(place)?.message.seq;
  return seq !== undefined && messages.show(seq);
}

function isEnough({ first }: { first: number }, { from, to }: { from: number; to: number }): boolean {
  return from <= first || to - from >= ENOUGH;
}

/** Where a page around this place begins to be newer: the message itself, or the first one not before the time. */
function seqAt(rows: readonly Row[], place: string): number | null {
  const exact = rows.find(({ message: { id, seq } }) => id === place || String(seq) === place);
  const row = exact ?? rows.find(({ message }) => message.createdAt >= place) ?? rows.at(-1);
  return row?.message.seq ?? null;
}
