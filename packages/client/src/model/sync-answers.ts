import { SYNC_LIMITS, type SyncAnswer, type SyncBody, type SyncPosition } from '@parley/protocol';
import type { Conversation } from './conversation.js';
import { applyDifference, applyNewest } from './conversation-sync.js';
import type { Store } from './store.js';

/** Questions by the moment they were asked at, by the store's clock. */
export type Asked = WeakMap<SyncBody, number>;

/** What is to be asked next; null: nothing. All of one question were last told in one epoch, which it names. */
export function nextQuestion(
  store: Store,
  asked: Asked,
  most: number = SYNC_LIMITS.syncConversations,
): SyncBody | null {
  if (!store.needsSync) return null;
  const stale = [...store.stale].flatMap((id) => store.get(id) ?? []);
  const epoch = stale.find((each) => each.epoch !== store.epoch)?.epoch ?? store.epoch;
  const together = stale.filter((each) => each.epoch === epoch).slice(0, most);
  const body: SyncBody = {
    conversations: Object.fromEntries(together.map((each) => [each.id, positionOf(each)])),
    epoch,
  };
  if (store.cursor !== undefined) body.cursor = store.cursor;
  asked.set(body, store.now());
  return body;
}

/** Where a conversation stands; where something is invalid, just before that, so that the server surely answers. */
function positionOf({ cursor, receipts, invalidSince }: Conversation): SyncPosition {
  if (invalidSince === 0) return { version: cursor, receipts };
  return receipts > 0 ? { version: cursor, receipts: receipts - 1 } : { version: cursor - 1, receipts };
}

interface Answered {
  question: SyncBody;
  answer: SyncAnswer;
  /** By the store's clock. */
  askedAt: number;
}

/** Tells whether anything came of it. */
export function applyAnswer(store: Store, { question, answer, askedAt }: Answered): boolean {
  if (answer.epoch !== store.epoch) {
    // Restored since `ready`: what was asked and answered belongs to no one epoch.
    store.begin(answer.epoch);
    return false;
  }
  const { moves, cursor, needsSync } = store;
  const need = store.stale.size;
  for (const user of answer.users) store.meet(user);
  for (const id of answer.removed) remove(store, id, askedAt);
  add(store, answer);
  for (const id of Object.keys({ ...answer.conversations, ...question.conversations })) {
    const conversation = store.get(id);
    if (conversation) applyPart(store, conversation, { answer, askedAt });
  }
  concludeMemberships(store, answer, askedAt);
  return store.moves > moves || store.cursor !== cursor || store.stale.size !== need || store.needsSync !== needsSync;
}

/** It was not mine at that moment. One that began since then may be mine all the same. */
function remove(store: Store, id: string, askedAt: number): void {
  const conversation = store.get(id);
  if (!conversation) return;
  if (conversation.startedAt < askedAt) return store.drop(conversation, conversation.cursor + 1);
  conversation.markUnverified();
  store.check(conversation);
}

function add(store: Store, { added, conversations, epoch }: SyncAnswer): void {
  for (const item of added) {
    const held = store.get(item.id);
    if (held && held.epoch === epoch) {
      if (item.version > held.cursor && !conversations[item.id]) held.markUnverified();
      store.check(held);
    } else if (!store.left.wasLeftAfter(item.id, item.version)) {
      store.check(store.start(item, item.version, held ? 'reset' : 'start'));
    }
  }
}

/** A conversation that was asked about, or had to be told of. Without a part nothing has changed in it. */
function applyPart(
  store: Store,
  conversation: Conversation,
  { answer, askedAt }: { answer: SyncAnswer; askedAt: number },
): void {
  const part = answer.conversations[conversation.id];
  if (conversation.startedAt > askedAt) {
    // The answer is about what was in the store before. What is later than its beginning is requested again.
    if (part && part.version > conversation.cursor) conversation.markUnverified();
  } else if (part && !('conversation' in part)) {
    conversation.isSyncing = true;
    conversation.markVerified(askedAt);
  } else if (part?.reset) {
    const begun = store.start(part.conversation, part.version, 'reset');
    applyNewest(begun, part);
    return store.check(begun);
  } else if (conversation.epoch === answer.epoch) {
    if (part) applyDifference(conversation, part, { askedAt, advance: store.advance });
    else conversation.isSyncing = false;
    conversation.markVerified(askedAt);
  }
  store.check(conversation);
}

function concludeMemberships(
  store: Store,
  { added, removed, cursor, conversations, hasMore }: SyncAnswer,
  askedAt: number,
): void {
  store.cursor = cursor;
  const isFull = added.length + removed.length >= SYNC_LIMITS.syncMemberships;
  const hasMoreElsewhere = Object.values(conversations).some((part) => part.hasMore);
  if (hasMore && (isFull || !hasMoreElsewhere)) return store.invalidateMemberships();
  if (store.membershipsInvalidSince < askedAt) store.membershipsInvalidSince = 0;
  store.left.forgetHeardBefore(askedAt);
  store.setLoaded();
}
