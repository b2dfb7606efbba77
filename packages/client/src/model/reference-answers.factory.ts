import type {
  ConversationSync,
  Member,
  Message,
  MessagePage,
  SyncAnswer,
  SyncBody,
  SyncPosition,
} from '@parley/protocol';
import { isIn, listItem, present, presentMembers, type StoredConversation } from './reference-state.factory.js';

/** For specs: what the reference server answers, each time one picture of everything. */

export interface Budgets {
  /** Rows of messages and members in one answer. */
  rows: number;
  memberships: number;
  /** More changed rows than this are answered with `reset`. */
  resetRows: number;
  resetMessages: number;
}

export interface State {
  readonly epoch: string;
  readonly budgets: Budgets;
  readonly conversations: ReadonlyMap<string, StoredConversation>;
  membershipVersionOf(userId: string): number;
}

interface Asker {
  readonly userId: string;
  readonly state: State;
}

export type PageRequest = { before?: string; after?: string; around?: string };

interface ChangedRow {
  readonly version: number;
  readonly seq: number | null;
  readonly member: Member | null;
}

export function syncAnswer(asker: Asker, question: SyncBody): SyncAnswer {
  const { epoch } = asker.state;
  const answer: SyncAnswer = { epoch, cursor: 0, added: [], removed: [], conversations: {}, hasMore: false, users: [] };
  addMemberships(asker, question, answer);
  let room = asker.state.budgets.rows;
  for (const [id, position] of Object.entries(question.conversations)) {
    const conversation = asker.state.conversations.get(id);
    if (!conversation || !isIn(conversation, asker.userId)) {
      if (!answer.removed.includes(id)) answer.removed.push(id);
      continue;
    }
    const part = partOf(asker, conversation, { position, room, isForeign: question.epoch !== epoch });
    if (!part) continue;
    answer.conversations[id] = part;
    answer.hasMore ||= part.hasMore;
    if ('messages' in part) room -= part.messages.length + part.members.length;
  }
  return structuredClone(answer);
}

function addMemberships({ userId, state }: Asker, question: SyncBody, answer: SyncAnswer): void {
  const since = question.epoch === state.epoch ? (question.cursor ?? 0) : 0;
  const membershipOf = ({ participants }: StoredConversation) => participants.get(userId)?.membership ?? 0;
  const changed = [...state.conversations.values()]
    .filter((conversation) => membershipOf(conversation) > since)
    .sort((a, b) => membershipOf(a) - membershipOf(b));
  const told = changed.slice(0, state.budgets.memberships);
  for (const conversation of told) {
    if (isIn(conversation, userId)) answer.added.push(listItem(conversation, userId));
    else if (since > 0) answer.removed.push(conversation.id);
  }
  const last = told.at(-1);
  answer.hasMore = changed.length > told.length;
  answer.cursor = answer.hasMore && last ? membershipOf(last) : state.membershipVersionOf(userId);
}

interface Need {
  position: SyncPosition;
  room: number;
  isForeign: boolean;
}

function partOf(
  { userId, state }: Asker,
  conversation: StoredConversation,
  { position, room, isForeign }: Need,
): SyncAnswer['conversations'][string] | null {
  const { version, receipts } = conversation;
  const rows = changedRows(conversation, position.version);
  const isAhead = position.version > version || position.receipts > receipts;
  if (isForeign || isAhead || rows.length > state.budgets.resetRows) {
    return newest(conversation, userId, state.budgets.resetMessages);
  }
  if (version === position.version && receipts === position.receipts) return null;
  if (rows.length > 0 && room <= 0) return { ...position, hasMore: true };
  return difference(conversation, userId, { rows, room, position });
}

function changedRows({ messages, firstSeq, participants }: StoredConversation, since: number): ChangedRow[] {
  return [
    ...messages.slice(firstSeq - 1).map(({ message: { seq, version } }) => ({ seq, version, member: null })),
    ...[...participants.values()].map(({ member }) => ({ seq: null, version: member.version, member })),
  ]
    .filter(({ version }) => version > since)
    .sort((a, b) => a.version - b.version);
}

/** Whole versions only, as many as there is room for, one at least. */
function difference(
  conversation: StoredConversation,
  userId: string,
  { rows, room, position }: { rows: ChangedRow[]; room: number; position: SyncPosition },
): ConversationSync {
  const given = rows.filter(({ version }, index) => index < room || version === rows[room - 1]?.version);
  const hasMore = given.length < rows.length;
  const marked = [...conversation.participants.values()].filter(({ receipts }) => receipts > position.receipts);
  const item = listItem(conversation, userId);
  return {
    conversation: item,
    messages: given.flatMap(({ seq }) => (seq === null ? [] : [present(conversation, seq, userId)])),
    members: given.flatMap(({ member }) => member ?? []),
    watermarks: marked.map(({ member: { user, lastReadSeq, lastDeliveredSeq } }) => ({
      ...{ userId: user.id, lastReadSeq, lastDeliveredSeq },
      ...{ readAt: null, deliveredAt: null },
    })),
    unreadCount: item.unreadCount,
    mentionCount: item.mentionCount,
    version: hasMore ? (given.at(-1)?.version ?? 0) : conversation.version,
    receipts: conversation.receipts,
    hasMore,
    reset: false,
  };
}

function newest(conversation: StoredConversation, userId: string, count: number): ConversationSync {
  const item = listItem(conversation, userId);
  const { unreadCount, mentionCount, version, receipts, lastSeq } = item;
  return {
    conversation: item,
    messages: presentRange(conversation, { from: lastSeq - count + 1, to: lastSeq }, userId),
    members: presentMembers(conversation),
    watermarks: [],
    ...{ unreadCount, mentionCount, version, receipts },
    hasMore: false,
    reset: true,
  };
}

/** `limit` messages next to the place; `around`: half of them before it. */
export function pageAnswer(
  conversation: StoredConversation,
  userId: string,
  { request, limit }: { request: PageRequest; limit: number },
): MessagePage {
  const { before, after, around } = request;
  const last = conversation.messages.length;
  let to = last;
  if (before !== undefined) to = Number(before) - 1;
  if (after !== undefined) to = Math.max(Number(after), conversation.firstSeq - 1) + limit;
  if (around !== undefined) to = Math.max(Number(around), conversation.firstSeq) + Math.ceil(limit / 2) - 1;
  const items = presentRange(conversation, { from: to - limit + 1, to: Math.min(to, last) }, userId);
  return { items, nextCursor: null, prevCursor: null, hasMore: false, users: [] };
}

function presentRange(
  conversation: StoredConversation,
  { from, to }: { from: number; to: number },
  userId: string,
): Message[] {
  const messages: Message[] = [];
  for (let seq = Math.max(conversation.firstSeq, from); seq <= to; seq += 1)
    messages.push(present(conversation, seq, userId));
  return messages;
}

/** The conversation as its member sees it when opening it; null: not theirs. */
export function detailAnswer(conversation: StoredConversation | undefined, userId: string) {
  if (!conversation || !isIn(conversation, userId)) return null;
  return structuredClone({ ...listItem(conversation, userId), members: presentMembers(conversation) });
}
