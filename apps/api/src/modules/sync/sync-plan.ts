import { LIMITS } from '@parley/protocol';
import type { KeyRow, MembershipRow } from './sync.repository.js';

/** What to read of one conversation. */
export interface Portion {
  /** Its place among the readings, from 0. */
  place: number;
  reset: boolean;
  /** The rows of one version together, in version order; all of them together with `reset`. */
  groups: Key[][];
  /** Whether these are all that changed. */
  isWhole: boolean;
}

export interface Key {
  version: number;
  /** A message's, else null. */
  seq: number | null;
  /** A member's, else null. */
  userId: string | null;
  bytes: number;
}

/**
 * Which rows are worth reading for one answer: about as many as it holds, and always some, so that what is read is
 * bounded. What the answer really holds is found out afterwards, when its exact size is known.
 */
export function planned(rows: readonly KeyRow[], answerBytes: number): Portion[] {
  const portions: Portion[] = [];
  let [count, bytes] = [0, 0];
  for (const { place, reset, changed, itemBytes, keys } of conversationsIn(rows)) {
    const groups = reset ? [newest(keys)] : byVersion(keys);
    const portion: Portion = { place, reset, groups: [], isWhole: false };
    let given = 0;
    for (const group of groups) {
      const size = bytesOf(group) + (given === 0 ? itemBytes : 0);
      if (count > 0 && (count + group.length > LIMITS.syncRows || bytes + size > answerBytes)) break;
      portion.groups.push(group);
      given += group.length;
      count += group.length;
      bytes += size;
    }
    if (groups.length === 0) bytes += itemBytes;
    portion.isWhole = reset ? portion.groups.length > 0 : given === changed;
    portions.push(portion);
    // Also where none of its rows fits: the answer then marks that there is more of it.
    if (!portion.isWhole) break;
  }
  return portions;
}

/** A membership that came or went. */
export interface Membership {
  conversationId: string;
  userVersion: number;
  isPresent: boolean;
}

/** The memberships that are worth reading for one answer, those of one number together; and whether there are more. */
export function plannedMemberships(rows: readonly MembershipRow[]): { groups: Membership[][]; hasMore: boolean } {
  const all = rows.flatMap(({ conversation_id: conversationId, user_version: userVersion, is_present, bytes }) =>
    conversationId === null || userVersion === null
      ? []
      : [{ conversationId, userVersion, isPresent: is_present === true, bytes: bytes ?? 0 }],
  );
  const groups: Membership[][] = [];
  let [count, bytes] = [0, 0];
  for (const group of grouped(all, (each) => each.userVersion)) {
    bytes += bytesOf(group);
    const fits = count + group.length <= LIMITS.syncMemberships && bytes <= LIMITS.answerBytes;
    if (count > 0 && !fits) return { groups, hasMore: true };
    groups.push(group);
    count += group.length;
  }
  return { groups, hasMore: false };
}

interface ConversationKeys {
  place: number;
  reset: boolean;
  changed: number;
  itemBytes: number;
  keys: Key[];
}

function conversationsIn(rows: readonly KeyRow[]): ConversationKeys[] {
  return grouped(rows, (row) => row.i).map((own) => {
    const [{ i, reset, changed, item_bytes: itemBytes }] = own as [KeyRow];
    const keys = own.flatMap(({ version, seq, user_id: userId, bytes }) =>
      version === null || bytes === null ? [] : [{ version, seq, userId, bytes }],
    );
    return { place: i - 1, reset, changed, itemBytes, keys };
  });
}

const byVersion = (keys: readonly Key[]): Key[][] => grouped(keys, (key) => key.version);

/** Of a newest state no more than one answer could ever hold: from the newest message back, one at least. */
function newest(keys: readonly Key[]): Key[] {
  let bytes = 0;
  return keys
    .toSorted((a, b) => (b.seq ?? Number.MAX_SAFE_INTEGER) - (a.seq ?? Number.MAX_SAFE_INTEGER))
    .filter((key, i, all) => {
      bytes += key.bytes;
      const isFirstMessage = key.seq !== null && all[i - 1]?.seq == null;
      return key.seq === null || isFirstMessage || bytes <= LIMITS.answerBytes;
    });
}

const bytesOf = (group: readonly { bytes: number }[]): number => group.reduce((sum, { bytes }) => sum + bytes, 0);

/** Neighbours with the same number together. */
function grouped<T>(rows: readonly T[], numberOf: (row: T) => number): T[][] {
  const groups: T[][] = [];
  let last: number | null = null;
  for (const row of rows) {
    if (numberOf(row) === last) groups.at(-1)?.push(row);
    else groups.push([row]);
    last = numberOf(row);
  }
  return groups;
}
