import { excerptOf, type Message, type ReplyPreview } from '@parley/protocol';
import type { OutboxEntry } from '../outbox/outbox-entry.js';
import type { Conversation } from './conversation.js';
import { hasFirstPage } from './paging.js';
import type {
  ConversationsSnapshot,
  ConversationView,
  MessageItem,
  MessagesSnapshot,
  PendingItem,
  UnreadSnapshot,
} from './snapshots.js';
import type { Store } from './store.js';

const NONE: readonly OutboxEntry[] = [];

export function conversationView(conversation: Conversation): ConversationView {
  conversation.itemView ??= itemView(conversation);
  return conversation.itemView;
}

export function conversationsView(store: Store): ConversationsSnapshot {
  store.listView ??= { items: store.inOrder().map(conversationView), isLoaded: store.isLoaded };
  return store.listView;
}

export function unreadView(store: Store): UnreadSnapshot {
  let total = 0;
  let mentions = 0;
  for (const { unread } of store.all()) {
    total += unread.unreadCount;
    mentions += unread.mentionCount;
  }
  const { sumsView } = store;
  if (sumsView.total !== total || sumsView.mentions !== mentions) store.sumsView = { total, mentions };
  return store.sumsView;
}

/** Of a conversation that is not loaded there is nothing but what waits to be sent. */
export function detachedView(pending: readonly OutboxEntry[]): MessagesSnapshot {
  return { ...EMPTY, items: pending.map((entry) => pendingItem(entry, null)) };
}

export function messagesView(conversation: Conversation, pending = NONE): MessagesSnapshot {
  conversation.messagesView ??= windowView(conversation, pending);
  return conversation.messagesView;
}

export const EMPTY: MessagesSnapshot = {
  items: [],
  hasOlder: false,
  hasNewer: false,
  loading: null,
  error: null,
  isLoaded: false,
};

function itemView(conversation: Conversation): ConversationView {
  const { facts, unread, members, cursor, receipts } = conversation;
  const last = conversation.get(facts.lastSeq);
  const present = members.present();
  return {
    ...facts,
    version: Math.max(cursor, facts.version),
    receipts,
    lastMessage: last ? conversation.shown(last).message : lastOf(conversation),
    unreadCount: unread.unreadCount,
    mentionCount: unread.mentionCount,
    lastReadSeq: unread.lastReadSeq,
    lastDeliveredSeq: unread.lastDeliveredSeq,
    members: present,
    membersComplete: members.isLoaded && present.length === facts.memberCount,
  };
}

/** That is not among the rows. */
function lastOf(conversation: Conversation): Message | null {
  const { lastMessage } = conversation.facts;
  if (!lastMessage || lastMessage.seq < conversation.messages.first) return null;
  return { ...lastMessage, replyTo: conversation.quoted(lastMessage.replyTo) };
}

function windowView(conversation: Conversation, pending: readonly OutboxEntry[]): MessagesSnapshot {
  const { messages, loading, pageError, facts } = conversation;
  const { from, to } = messages.shown();
  const hasNewer = to < messages.head || (from > messages.head + 1 && to < facts.lastSeq);
  const items: MessageItem[] = [];
  for (let seq = from; seq <= to; seq += 1) {
    const row = messages.get(seq);
    if (row) items.push(conversation.shown(row));
  }
  if (!hasNewer) {
    for (const row of messages.rowsAhead()) if (row.message.seq > to) items.push(conversation.shown(row));
    items.push(...stillPending(conversation, pending, items));
  }
  return {
    items,
    hasOlder: from > messages.first,
    hasNewer,
    loading: (['window', 'older', 'newer'] as const).find((each) => loading[each]) ?? null,
    error: pageError,
    isLoaded: hasFirstPage(conversation),
  };
}

/** Those that have not become stored ones. */
function stillPending(
  conversation: Conversation,
  pending: readonly OutboxEntry[],
  items: readonly MessageItem[],
): PendingItem[] {
  if (pending.length === 0) return [];
  const stored = new Set(items.map(({ key }) => key));
  return pending
    .filter(({ clientMessageId }) => !stored.has(clientMessageId))
    .map((entry) => pendingItem(entry, quotedBy(conversation, entry)));
}

function pendingItem(entry: OutboxEntry, quoted: ReplyPreview | null): PendingItem {
  return { kind: 'pending', key: entry.clientMessageId, entry, failure: entry.failure ?? null, quoted };
}

function quotedBy({ messages }: Conversation, { replyToId }: OutboxEntry): ReplyPreview | null {
  const quoted = replyToId === undefined ? undefined : messages.find(replyToId)?.message;
  if (!quoted) return null;
  const { id, seq, senderId } = quoted;
  return { id, seq, senderId, excerpt: excerptOf(quoted.content) };
}
