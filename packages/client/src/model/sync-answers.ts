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
  const needy = [...store.needy].flatMap((id) => store.get(id) ?? []);
  const epoch = needy.find((each) => each.epoch !== store.epoch)?.epoch ?? store.epoch;
  const together = needy.filter((each) => each.epoch === epoch).slice(0, most);
  const body: SyncBody = {
    conversations: Object.fromEntries(together.map((each) => [each.id, positionOf(each)])),
    epoch,
  };
  if (store.cursor !== undefined) body.cursor = store.cursor;
  asked.set(body, store.now());
  return body;
}

/** Where a conversation stands; where something is in doubt, a little before that, so that it is surely answered. */
function positionOf({ cursor, receipts, doubtedAt }: Conversation): SyncPosition {
  if (doubtedAt === 0) return { version: cursor, receipts };
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
  const need = store.needy.size;
  for (const user of answer.users) store.meet(user);
  for (const id of answer.removed) remove(store, id, askedAt);
  add(store, answer);
  for (const id of Object.keys({ ...answer.conversations, ...question.conversations })) {
    const conversation = store.get(id);
    if (conversation) applyPart(store, conversation, { answer, askedAt });
  }
  concludeMemberships(store, answer, askedAt);
  return store.moves > moves || store.cursor !== cursor || store.needy.size !== need || store.needsSync !== needsSync;
}

/** It was not mine at that moment. One that began since then may be mine all the same. */
function remove(store: Store, id: string, askedAt: number): void {
  const conversation = store.get(id);
  if (!conversation) return;
  if (conversation.startedAt < askedAt) return store.drop(conversation, conversation.cursor + 1);
  conversation.unconfirm();
  store.check(conversation);
}

function add(store: Store, { added, conversations, epoch }: SyncAnswer): void {
  for (const item of added) {
    const held = store.get(item.id);
    if (held && held.epoch === epoch) {
      if (item.version > held.cursor && !conversations[item.id]) held.unconfirm();
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
    // Of what was held before. Something later than its beginning is asked for again.
    if (part && part.version > conversation.cursor) conversation.unconfirm();
  } else if (part && !('conversation' in part)) {
    conversation.isSyncing = true;
    conversation.confirm(askedAt);
  } else if (part?.reset) {
    const begun = store.start(part.conversation, part.version, 'reset');
    applyNewest(begun, part);
    return store.check(begun);
  } else if (conversation.epoch === answer.epoch) {
    if (part) applyDifference(conversation, part, { askedAt, advance: store.advance });
    else conversation.isSyncing = false;
    conversation.confirm(askedAt);
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
  if (hasMore && (isFull || !hasMoreElsewhere)) return store.doubtMemberships();
  if (store.membershipsDoubtedAt < askedAt) store.membershipsDoubtedAt = 0;
  store.left.forgetHeardBefore(askedAt);
  store.setLoaded();
}
