import {
  type ConversationListItem,
  type ConversationSync,
  type ConversationSyncLater,
  LIMITS,
  type Member,
  type Message,
  type SyncAnswer,
  type UserView,
  type Watermark,
} from '@parley/protocol';
import { AnswerBudget, type Piece } from '../../platform/limits/answer-budget.js';
import { peopleOfItem } from '../conversations/index.js';
import { peopleIn } from '../messages/index.js';
import type { Membership } from './sync-plan.js';

/** A conversation that is not as the asker has it. */
export interface Changed {
  id: string;
  asked: { version: number; receipts: number };
  head: { version: number; receipts: number };
  memberCount: number;
}

/** A row of either kind. */
export type Row = { message: Message } | { member: Member };

/** What was read of a changed conversation. */
export interface Material {
  reset: boolean;
  /** The rows of one version together, in version order; with `reset` all in one. */
  groups: readonly (readonly Row[])[];
  isWhole: boolean;
  watermarks: readonly Watermark[];
}

/** Everything that was read for an answer, in one snapshot. */
export interface Findings {
  /** The asker's membership version. */
  head: number;
  memberships: { groups: readonly (readonly Membership[])[]; hasMore: boolean };
  /** Requested ids of conversations that the caller is not in. */
  strange: readonly string[];
  changed: readonly Changed[];
  /** By conversation; those that are missing were not reached. */
  material: ReadonlyMap<string, Material>;
  items: ReadonlyMap<string, ConversationListItem>;
  people: ReadonlyMap<string, UserView>;
}

const ID_BYTES = 40;
/** Of a conversation that is answered later. */
const LATER_BYTES = 130;
/** What is around the rows of one that is answered, beyond that. */
const ENTRY_BYTES = 150;

/** Puts into the answer what it has room for: memberships first, then conversations in the question's order. */
export function answerOf(epoch: string, findings: Findings, bytes: number): SyncAnswer {
  const { strange, changed, material, items } = findings;
  const reserved = strange.length * ID_BYTES + changed.length * LATER_BYTES;
  // Where most of it goes to what comes later, as many bytes again lead on: else each answer would bring one conversation.
  const atMost = Math.max(bytes, Math.min(2 * reserved, LIMITS.answerBytes));
  const budget = new AnswerBudget(findings.people, { bytes: atMost, reserved });
  const gained = gainedIn(findings, budget);
  const conversations: SyncAnswer['conversations'] = {};
  let isFull = false;
  for (const [place, one] of changed.entries()) {
    const read = material.get(one.id);
    const item = items.get(one.id);
    const given: ConversationSync | null =
      isFull || !read || !item ? null : conversationOf(one, { read, item, budget, isFirst: place === 0 });
    conversations[one.id] = given ?? later(one);
    isFull ||= given === null || given.hasMore;
  }
  return {
    epoch,
    cursor: gained.cursor,
    added: gained.added,
    removed: [...new Set([...gained.removed, ...strange])],
    conversations,
    hasMore: gained.hasMore || Object.values(conversations).some((each) => each.hasMore),
    users: budget.users,
  };
}

const later = ({ asked }: Changed): ConversationSyncLater => ({ ...asked, hasMore: true });

/** Memberships that came and went, as many as fit, those of one number together. */
function gainedIn({ head, memberships, items }: Findings, budget: AnswerBudget) {
  const added: ConversationListItem[] = [];
  const removed: string[] = [];
  let cursor = head;
  for (const group of memberships.groups) {
    const own = group.flatMap(({ conversationId }) => items.get(conversationId) ?? []);
    const lost = group.flatMap(({ conversationId, isPresent }) => (isPresent ? [] : [conversationId]));
    if (!budget.take({ content: [own, lost], rows: 0, people: own.flatMap(peopleOfItem) })) {
      return { added, removed, cursor, hasMore: true };
    }
    added.push(...own);
    removed.push(...lost);
    cursor = group[0]?.userVersion ?? cursor;
  }
  return { added, removed, cursor: memberships.hasMore ? cursor : head, hasMore: memberships.hasMore };
}

interface Reading {
  read: Material;
  item: ConversationListItem;
  budget: AnswerBudget;
  /** Something has to be in the answer: a caller without a cursor gets all memberships first, each time. */
  isFirst: boolean;
}

/** Null where there is no room for any of it. */
function conversationOf(one: Changed, reading: Reading): ConversationSync | null {
  return reading.read.reset ? newestOf(one, reading) : differenceOf(one, reading);
}

/**
 * The rows beyond the requested version, as many as fit. The markers come with the last of them, so that every user
 * whom they are about is known by then; until then `receipts` stays as requested.
 */
function differenceOf(one: Changed, { read, item, budget, isFirst }: Reading): ConversationSync | null {
  const marks = marksPiece(read.watermarks);
  const [first = [], ...rest] = read.groups;
  const isOnePiece = read.groups.length === 0;
  const base = joined(itemPiece(item), isOnePiece ? marks : rowsPiece(first));
  if ((isOnePiece && !read.isWhole) || !budget.take(base, isFirst)) return null;
  const given = [...first];
  const fitting = rest.findIndex((group) => !budget.take(rowsPiece(group)));
  for (const group of fitting === -1 ? rest : rest.slice(0, fitting)) given.push(...group);
  const isLast = read.isWhole && fitting === -1 && (isOnePiece || budget.take(marks, isFirst));
  return {
    ...entryOf(item, given),
    watermarks: isLast ? [...read.watermarks] : [],
    version: isLast ? one.head.version : versionOf(given.at(-1)),
    receipts: isLast ? one.head.receipts : one.asked.receipts,
    hasMore: !isLast,
    reset: false,
  };
}

/** The newest state in one piece; as the first of an answer with as many of the newest messages as it has room for. */
function newestOf(one: Changed, { read, item, budget, isFirst }: Reading): ConversationSync | null {
  if (!read.isWhole) return null;
  const rows = read.groups.flat();
  const messages = rows.filter(isMessage).toSorted((a, b) => b.message.seq - a.message.seq);
  const members = rows.filter(isMember).toSorted(byJoining);
  const base = joined(itemPiece(item), marksPiece(read.watermarks));
  const takes = (count: number) =>
    budget.take(joined(base, rowsPiece([...messages.slice(0, count), ...members])), isFirst && count === 1);
  const isUncut = !budget.isUntouched && takes(messages.length);
  if (!isUncut && !(isFirst && takes(1))) return null;
  const end = isUncut ? -1 : messages.findIndex((message, i) => i > 0 && !budget.take(rowsPiece([message])));
  const given = (end === -1 ? messages : messages.slice(0, end)).toSorted((a, b) => versionOf(a) - versionOf(b));
  return {
    ...entryOf(item, [...given, ...members]),
    watermarks: [...read.watermarks],
    ...one.head,
    hasMore: false,
    reset: true,
  };
}

function entryOf(item: ConversationListItem, rows: readonly Row[]) {
  return {
    conversation: item,
    messages: rows.flatMap((row) => ('message' in row ? row.message : [])),
    members: rows.flatMap((row) => ('member' in row ? row.member : [])),
    unreadCount: item.unreadCount,
    mentionCount: item.mentionCount,
  };
}

const isMessage = (row: Row): row is { message: Message } => 'message' in row;
const isMember = (row: Row): row is { member: Member } => 'member' in row;

const joiningOf = ({ member }: { member: Member }): string => `${member.joinedAt} ${member.user.id}`;
const byJoining = (a: { member: Member }, b: { member: Member }): number => (joiningOf(a) < joiningOf(b) ? -1 : 1);

const versionOf = (row: Row | undefined): number =>
  row === undefined ? 0 : 'message' in row ? row.message.version : row.member.version;

function joined(one: Piece, other: Piece): Piece {
  return {
    content: [one.content, other.content],
    frame: (one.frame ?? 0) + (other.frame ?? 0),
    rows: one.rows + other.rows,
    people: [...one.people, ...other.people],
  };
}

const itemPiece = (item: ConversationListItem): Piece => ({
  content: item,
  frame: ENTRY_BYTES,
  rows: 0,
  people: peopleOfItem(item),
});

const marksPiece = (watermarks: readonly Watermark[]): Piece => ({
  content: watermarks,
  rows: 0,
  people: watermarks.map(({ userId }) => userId),
});

function rowsPiece(rows: readonly Row[]): Piece {
  return {
    content: rows,
    rows: rows.length,
    people: peopleIn(rows.flatMap((row) => ('message' in row ? row.message : []))),
  };
}
