import type { MessagePage } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import type { Conversation } from './conversation.js';
import type { PageTicket, PageWish } from './message-pages.js';
import { fetchedRow, type Row } from './row.js';

/** As many of the newest rows are enough to show without asking. */
const ENOUGH = 30;

/** Whether there is something to show first. */
export function hasFirstPage({ isPaged, messages }: Conversation): boolean {
  return isPaged || isEnough(messages.shown());
}

/** What to ask for, after all that is held was shown; null: nothing. */
export function beginPage(conversation: Conversation, wish: PageWish): PageTicket | null {
  const ticket = ticketFor(conversation, wish);
  if (!ticket || isUnderWay(conversation, ticket)) return null;
  conversation.messages.log.open();
  conversation.loading = { ...conversation.loading, [ticket.loading]: ticket };
  conversation.pageError = null;
  conversation.touch('messages');
  return ticket;
}

/** A page arrived: what happened since it was asked for is applied to it, and what it leads to is shown. */
export function endPage(conversation: Conversation, ticket: PageTicket, { items, users }: MessagePage): void {
  const settle = conversation.messages.log.close();
  const isAwaited = finish(conversation, ticket);
  if (!settle) {
    if (isAwaited) conversation.pageError = new SdkError('timeout', 'Too much has changed meanwhile.');
    return;
  }
  for (const user of users) conversation.meet(user);
  const rows = items.map((message) => settle(fetchedRow(message)));
  conversation.messages.insert(rows);
  conversation.isPaged = true;
  for (const { message } of rows) conversation.raiseSender(message, false);
  const place = ticket.request.around;
  if (isAwaited && place !== undefined) conversation.messages.show(seqAt(rows, place));
  conversation.messages.trim(true, ticket.loading === 'older' ? 'newest' : 'oldest');
}

export function failPage(conversation: Conversation, ticket: PageTicket, error: SdkError | null): void {
  conversation.messages.log.close();
  if (finish(conversation, ticket)) conversation.pageError = error;
}

/** Whether nobody has asked for something else of this kind since. */
function finish(conversation: Conversation, ticket: PageTicket): boolean {
  conversation.touch('messages');
  if (conversation.loading[ticket.loading] !== ticket) return false;
  conversation.loading = { ...conversation.loading, [ticket.loading]: undefined };
  return true;
}

function ticketFor(conversation: Conversation, wish: PageWish): PageTicket | null {
  const { id, messages } = conversation;
  const shown = messages.shown();
  if (wish === 'older') {
    return shown.from > 1 ? { conversationId: id, loading: 'older', request: { before: String(shown.from) } } : null;
  }
  if (wish === 'newer') {
    return shown.to < messages.head
      ? { conversationId: id, loading: 'newer', request: { after: String(shown.to) } }
      : null;
  }
  const place = wish === 'latest' ? null : wish.around;
  const isShown = show(conversation, place);
  if (isShown) {
    // Whatever window was asked for before is not wished any more.
    conversation.loading = { ...conversation.loading, window: undefined };
    return null;
  }
  const request = place === null ? {} : { around: String(place) };
  return { conversationId: id, loading: 'window', request };
}

/** Shows the place if it is held. */
function show(conversation: Conversation, place: number | string | null): boolean {
  const { messages } = conversation;
  conversation.touch('messages');
  if (place === null) return messages.show(null) && isEnough(messages.live());
  const seq = typeof place === 'number' ? place : messages.find(place)?.message.seq;
  return seq !== undefined && messages.show(seq);
}

function isUnderWay({ loading }: Conversation, ticket: PageTicket): boolean {
  const other = loading[ticket.loading];
  return other !== undefined && JSON.stringify(other.request) === JSON.stringify(ticket.request);
}

function isEnough({ from, to }: { from: number; to: number }): boolean {
  return from <= 1 || to - from >= ENOUGH;
}

/** Where a page around this place begins to be newer: the message itself, or the first one not before the time. */
function seqAt(rows: readonly Row[], place: string): number | null {
  const exact = rows.find(({ message: { id, seq } }) => id === place || String(seq) === place);
  const row = exact ?? rows.find(({ message }) => message.createdAt >= place) ?? rows.at(-1);
  return row?.message.seq ?? null;
}
