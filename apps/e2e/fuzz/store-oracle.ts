import type { ParleyClient } from '@parley/client';
import {
  type ConversationDetail,
  type ConversationListItem,
  type Message,
  type MessageStatus,
  SYNC_LIMITS,
} from '@parley/protocol';
import { difference } from './difference.js';
import type { FreshState } from './fresh-state.js';

type Member = ConversationDetail['members'][number];
type View = ReturnType<ParleyClient['conversations']['getSnapshot']>['items'][number];

/** Everything in which a client's snapshots differ from a fresh fetch, within the ranges that it knows: sentences. */
export function compareStore(client: ParleyClient, fresh: FreshState): string[] {
  const { items, isLoaded } = client.conversations.getSnapshot();
  if (!isLoaded) return ['the list is not loaded'];
  const held = items.map(({ id }) => id);
  const order = difference(
    held,
    fresh.list.map(({ id }) => id),
    'list',
  );
  if (order) return [order];
  const faults = fresh.list.flatMap((item, index) => [
    ...compareItem(items[index] as View, item),
    ...compareMembers(client, fresh.details.get(item.id)),
    ...compareMessages(client, item, fresh.histories.get(item.id)),
  ]);
  const totals = {
    total: fresh.unread.total,
    mentions: fresh.unread.items.reduce((sum, { mentionCount }) => sum + mentionCount, 0),
  };
  return [...faults, ...sentence(difference(client.unread.getSnapshot(), totals, 'unread'))];
}

/** Presence is not part of what sync keeps. */
function compareItem(view: View, item: ConversationListItem): string[] {
  const { members: _, membersComplete, ...held } = view;
  const withoutPresence = (peer: ConversationListItem['peer']) => peer && { ...peer, isOnline: null, lastSeenAt: null };
  // Where marks were lost or never sent, a client stays before them, and the next sync brings them once more.
  const receipts = held.receipts <= item.receipts ? item.receipts : held.receipts;
  const lastMessage =
    held.lastMessage && item.lastMessage && comparable(membersComplete, held.lastMessage, item.lastMessage);
  const found = difference(
    { ...held, lastMessage, receipts, peer: withoutPresence(held.peer) },
    { ...item, peer: withoutPresence(item.peer) },
    `conversation ${item.name}`,
  );
  return sentence(found);
}

function compareMembers(client: ParleyClient, detail: ConversationDetail | undefined): string[] {
  if (!detail) return [];
  const view = client.conversation(detail.id).getSnapshot();
  if (!view) return [`conversation ${detail.name} is listed and not there`];
  const byId = new Map(detail.members.map((member) => [member.user.id, member]));
  const held = view.members.map((member) => withMarks(detail, member, byId.get(member.user.id)));
  if (view.membersComplete) return sentence(difference(held, detail.members, `members of ${detail.name}`));
  return held.flatMap((member) =>
    sentence(difference(member, byId.get(member.user.id), `member ${member.user.username} of ${detail.name}`)),
  );
}

/** In a group that is too large for marks those of others are not sent: they may lag behind, but never run ahead. */
function withMarks({ memberCount }: ConversationDetail, held: Member, fresh: Member | undefined): Member {
  if (!fresh || memberCount <= SYNC_LIMITS.receiptsMembers) return held;
  const lastReadSeq = Math.max(held.lastReadSeq, fresh.lastReadSeq);
  return { ...held, lastReadSeq, lastDeliveredSeq: Math.max(held.lastDeliveredSeq, fresh.lastDeliveredSeq) };
}

function compareMessages(
  client: ParleyClient,
  { id, name, lastSeq }: ConversationListItem,
  history: Message[] | undefined,
): string[] {
  if (!history) return [];
  const snapshot = client.messages(id).getSnapshot();
  const held = snapshot.items.flatMap((item) => (item.kind === 'stored' ? [item.message] : []));
  const [first, last] = [held[0], held.at(-1)];
  if (!first || !last) return snapshot.isLoaded && lastSeq > 0 ? [`no message of ${name} is shown`] : [];
  const faults: string[] = [];
  // Deep equality of the whole slice: of gaps, of order, and of every derived value.
  const range = history.slice(first.seq - 1, last.seq);
  const membersComplete = client.conversation(id).getSnapshot()?.membersComplete === true;
  const shown = held.map((message, at) => comparable(membersComplete, message, range[at] ?? message));
  const found = difference(shown, range, `messages of ${name} from ${first.seq}`);
  if (found) faults.push(found);
  if (snapshot.hasOlder !== first.seq > 1)
    faults.push(`hasOlder of ${name} is ${snapshot.hasOlder} before ${first.seq}`);
  if (snapshot.hasNewer !== last.seq < lastSeq) {
    faults.push(`hasNewer of ${name} is ${snapshot.hasNewer} after ${last.seq} of ${lastSeq}`);
  }
  const keys = snapshot.items.map(({ key }) => key);
  if (new Set(keys).size < keys.length) faults.push(`a message of ${name} is shown twice`);
  const stored = new Set(history.map(({ clientMessageId }) => clientMessageId));
  const pending = snapshot.items.filter(({ kind, key }) => kind === 'pending' && stored.has(key));
  if (pending.length > 0) faults.push(`${pending.length} stored messages of ${name} are shown as pending`);
  return faults;
}

const STATUSES: MessageStatus[] = ['sent', 'delivered', 'read'];

/**
 * Where not all members are known (the conversation was never opened), neither is the slowest of them: a status may
 * then lag behind, but never run ahead.
 */
function comparable(membersComplete: boolean, held: Message, fresh: Message): Message {
  const mayLag = !membersComplete && STATUSES.indexOf(held.status) < STATUSES.indexOf(fresh.status);
  return mayLag ? { ...held, status: fresh.status } : held;
}

function sentence(found: string | null): string[] {
  return found ? [found] : [];
}
