import { ERRORS, type ErrorCode } from '@parley/protocol';
import type { Sending } from './device.js';
import type { Query } from './venue.js';
import type { Promised } from './wire-log.js';

/** What a seed has left behind that is compared with the rows of the database. */
export interface SeedRecord {
  seed: number;
  conversations: string[];
  /** As REST answered them, and as every device showed them. */
  counts: { userId: string; conversationId: string; unreadCount: number; mentionCount: number }[];
  devices: DeviceRecord[];
}

interface DeviceRecord {
  name: string;
  userId: string;
  sendings: Sending[];
  stored: ReadonlySet<string>;
  promised: Promised[];
  outbox: { clientMessageId: string; failure: string | null }[];
}

interface CountsRow {
  userId: string;
  conversationId: string;
  unread: number;
  mentioned: number;
}

interface MessageRow {
  conversation: string;
  sender: string;
  key: string;
  seq: number;
  id: string;
}

/** Faults found by counting rows. */
export async function checkRows(query: Query, record: SeedRecord): Promise<string[]> {
  const faults = [...(await checkCounts(query, record)), ...(await checkCoverage(query, record))];
  const rows = (await query(
    `SELECT conversation_id AS conversation, sender_id AS sender, client_message_id AS key, seq::int AS seq, id
       FROM messages WHERE conversation_id = ANY ($1::uuid[]) ORDER BY conversation_id, seq`,
    [record.conversations],
  )) as unknown as MessageRow[];
  return [...faults, ...record.devices.flatMap((device) => checkSendings(device, rows))];
}

/** (b): every unread and mention count is that of the rows. */
async function checkCounts(query: Query, { conversations, counts }: SeedRecord): Promise<string[]> {
  const rows = (await query(
    `SELECT p.user_id AS "userId", p.conversation_id AS "conversationId",
            (SELECT count(*)::int FROM messages m
              WHERE m.conversation_id = p.conversation_id AND m.seq > p.last_read_seq AND m.type <> 'system') AS unread,
            (SELECT count(*)::int FROM messages m
              WHERE m.conversation_id = p.conversation_id AND m.seq > p.last_read_seq
                AND p.user_id = ANY (m.mentions) AND m.deleted_at IS NULL) AS mentioned
       FROM conversation_participants p
      WHERE p.conversation_id = ANY ($1::uuid[]) AND p.left_at IS NULL`,
    [conversations],
  )) as unknown as CountsRow[];
  const told = new Map(counts.map((count) => [`${count.userId} in ${count.conversationId}`, count]));
  const faults = rows.flatMap(({ userId, conversationId, unread, mentioned }) => {
    const count = told.get(`${userId} in ${conversationId}`);
    if (count?.unreadCount === unread && count?.mentionCount === mentioned) return [];
    const was = count ? `${count.unreadCount}/${count.mentionCount}` : 'nothing';
    return [`(b) counts of ${userId} in ${conversationId}: told ${was}, by the rows ${unread}/${mentioned}`];
  });
  if (rows.length !== counts.length) faults.push(`(b) ${counts.length} memberships told, ${rows.length} in the rows`);
  return faults;
}

/** (f): new messages and other changes together take each version once, as far as their rows are kept. */
async function checkCoverage(query: Query, { conversations }: SeedRecord): Promise<string[]> {
  const rows = await query(
    `SELECT c.id, c.version::int AS head, c.trimmed_version::int AS trimmed, count(v.version)::int AS taken, count(DISTINCT v.version)::int AS different,
            min(v.version)::int AS first, max(v.version)::int AS last
       FROM conversations c
       LEFT JOIN (SELECT conversation_id, created_version AS version FROM messages
                  UNION ALL SELECT conversation_id, version FROM conversation_changes) v
         ON v.conversation_id = c.id AND v.version > c.trimmed_version
      WHERE c.id = ANY ($1::uuid[]) GROUP BY c.id`,
    [conversations],
  );
  const complete = rows.filter(({ head, trimmed, taken, different, first, last }) => {
    const kept = Number(head) - Number(trimmed);
    const ends = kept === 0 || (first === Number(trimmed) + 1 && last === head);
    return taken === kept && different === kept && ends;
  });
  if (complete.length === conversations.length) return [];
  const wrong = rows.filter((row) => !complete.includes(row));
  return wrong.map((row) => `(f) versions of a conversation are not taken once each: ${JSON.stringify(row)}`);
}

/** (d): acked is kept, sent twice is there once, in the order of sending, and nothing is left waiting. */
function checkSendings(device: DeviceRecord, rows: MessageRow[]): string[] {
  const faults: string[] = [];
  const fault = (sentence: string) => faults.push(`(d) ${device.name}: ${sentence}`);
  const own = Map.groupBy(
    rows.filter(({ sender }) => sender === device.userId),
    ({ key }) => key,
  );
  for (const { clientMessageId, messageId, seq } of device.promised) {
    const found = own.get(clientMessageId) ?? [];
    if (found.length !== 1) fault(`${clientMessageId} was acked and is there ${found.length} times`);
    else if (found[0]?.id !== messageId || found[0]?.seq !== seq) fault(`${clientMessageId} is not where its ack said`);
  }
  const waiting = new Map(device.outbox.map(({ clientMessageId, failure }) => [clientMessageId, failure]));
  for (const [id, code] of waiting) {
    const isFinal = code !== null && code in ERRORS && !ERRORS[code as ErrorCode].retryable;
    if (!isFinal) fault(`${id} still waits (${code})`);
    if (own.has(id)) fault(`${id} is in the history and in the outbox (${code})`);
  }
  for (const { clientMessageId: id, isDiscarded } of device.sendings) {
    const isThere = own.has(id) || waiting.has(id) || isDiscarded;
    if (!isThere && device.stored.has(id)) fault(`${id} was stored and is neither in the history nor in the outbox`);
  }
  return [...faults, ...orderFaults(device, own)];
}

function orderFaults({ name, sendings }: DeviceRecord, own: Map<string, MessageRow[]>): string[] {
  const last = new Map<string, number>();
  return sendings.flatMap(({ clientMessageId, conversationId, isOutOfOrder }) => {
    const seq = own.get(clientMessageId)?.[0]?.seq;
    if (seq === undefined || isOutOfOrder) return [];
    const before = last.get(conversationId) ?? 0;
    last.set(conversationId, seq);
    return seq > before
      ? []
      : [`(d) ${name}: ${clientMessageId} has seq ${seq} and was sent after the one with ${before}`];
  });
}
