import type { ConversationSync } from '@parley/protocol';
import type { Conversation } from './conversation.js';
import type { Advance } from './reducers/in-order.js';
import { fetchedRow } from './row.js';

/** Applies what changed in one conversation since the sync was sent, at `askedAt` by the store's clock. */
export function applyDifference(
  conversation: Conversation,
  answer: ConversationSync,
  { askedAt, advance }: { askedAt: number; advance: Advance },
): void {
  const { version, hasMore } = answer;
  const { cursor, facts } = conversation;
  takeRows(conversation, answer);
  conversation.takeFacts(answer.conversation);
  conversation.messages.settle(answer.conversation.lastSeq, !hasMore);
  if (conversation.head >= conversation.facts.lastSeq) conversation.moveLast();
  takeCounts(conversation, answer, askedAt);
  takeMarks(conversation, answer);
  conversation.relearnMarks(facts.memberCount);
  conversation.isSyncing = hasMore;
  if (version > cursor) {
    conversation.cursor = version;
    advance({ conversationId: conversation.id, from: cursor, to: version, by: 'sync' });
  }
  conversation.held.take(conversation.cursor);
  conversation.trim();
  conversation.touchMarks();
}

/** Fills a conversation that was begun anew with its newest state. */
export function applyNewest(conversation: Conversation, answer: ConversationSync): void {
  const rows = answer.messages.map(fetchedRow).sort((a, b) => a.message.seq - b.message.seq);
  conversation.messages.insert(rows);
  conversation.isPaged = true;
  conversation.members.isLoaded = true;
  takeRows(conversation, answer);
  takeMarks(conversation, answer);
  conversation.isSyncing = answer.hasMore;
  conversation.touchMarks();
}

function takeRows(conversation: Conversation, { messages, members }: ConversationSync): void {
  for (const message of messages) conversation.messages.mergeSynced(fetchedRow(message));
  conversation.takeMembers(members);
  for (const message of messages) conversation.raiseSender(message, false);
}

function takeMarks(conversation: Conversation, answer: ConversationSync): void {
  const { watermarks, conversation: item, receipts, hasMore } = answer;
  const { members, me, unread } = conversation;
  for (const { userId, lastReadSeq, lastDeliveredSeq } of watermarks) {
    members.raise(userId, lastReadSeq, lastDeliveredSeq);
    if (userId === me) unread.deliver(lastDeliveredSeq);
  }
  unread.deliver(item.lastDeliveredSeq);
  if (members.get(me)) members.raise(me, item.lastReadSeq, item.lastDeliveredSeq);
  // While there is more it may be a later page that brings some of them.
  if (!hasMore) conversation.receipts = Math.max(conversation.receipts, receipts);
}

/**
 * Counts and version are of one picture. One from before a mark that the client has is of no use: then it is fetched
 * again.
 */
function takeCounts(conversation: Conversation, answer: ConversationSync, askedAt: number): void {
  const { unreadCount, mentionCount } = answer;
  const { lastReadSeq, lastSeq, version } = answer.conversation;
  const isCertain = conversation.unread.state(
    { lastReadSeq, unreadCount, mentionCount, lastSeq },
    version,
    conversation,
  );
  if (!isCertain) conversation.invalidate();
  else if (conversation.invalidSince < askedAt) conversation.invalidSince = 0;
}
