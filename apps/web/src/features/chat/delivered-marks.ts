import { LIMITS } from '@parley/protocol';
import { markAsDelivered } from '../../hooks/use-socket.js';
import { chatStore, conversation } from './chat.store.js';

/** Marks wait this long, so that a burst is one command. */
const PAUSE_MS = 250;

const due = new Map<string, number>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** This tab has received a conversation up to `seq`. */
export function received(conversationId: string, seq: number): void {
  const item = conversation(conversationId)?.item;
  if (!item || item.memberCount > LIMITS.receiptsMembers || seq <= item.lastDeliveredSeq) return;
  due.set(conversationId, Math.max(seq, due.get(conversationId) ?? 0));
  timer ??= setTimeout(flush, PAUSE_MS);
}

/** The list tells what came while nobody was here. */
export function receivedList(): void {
  for (const { item, gone } of Object.values(chatStore.getState().byId)) {
    if (gone === null) received(item.id, item.lastSeq);
  }
}

function flush(): void {
  timer = undefined;
  for (const [id, seq] of due) {
    // Read meanwhile, or received by another device: nothing new to tell.
    if ((conversation(id)?.item.lastDeliveredSeq ?? seq) >= seq) continue;
    // Lost with the connection: the list after the reconnection brings it again.
    markAsDelivered(id, seq).catch(() => undefined);
  }
  due.clear();
}
