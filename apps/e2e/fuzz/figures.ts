import type { ParleyClient } from '@parley/client';
import type { Device } from './device.js';
import type { SeedRecord } from './rows-oracle.js';
import type { Query } from './venue.js';

/** How often what happened: that an oracle is silent means nothing where it had nothing to look at. */
export type Figures = Readonly<Record<string, number>>;

/** Without these the oracles would have nothing to compare, however short it is. */
export const EVEN_IN_SHORT: readonly string[] = [
  ...['acked', 'dropped', 'repeated', 'held', 'lost', 'cuts', 'clogged', 'crashes', 'restarts', 'events', 'healed'],
  ...['conversations compared', 'members compared', 'messages compared'],
  ...['message rows', 'message_edited rows', 'message_deleted rows', 'reaction_updated rows', 'reply rows'],
  ...['mention rows', 'read rows', 'member_added rows', 'member_removed rows'],
];

/** What has to happen in some of many seeds. */
export const IN_LONG: readonly string[] = [
  ...EVEN_IN_SHORT,
  ...['pages', 'resets', 'member_added_again rows', 'role_changed rows', 'renamed rows', 'archived rows'],
];

export function sumUp(all: readonly Figures[]): Figures {
  const sums: Record<string, number> = {};
  for (const figures of all) {
    for (const [name, count] of Object.entries(figures)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

/** How many faults a device's line had, and how many gaps and resets its client recovered from. */
export function figuresOf({ line, wire, log, crashes, restarts }: Device): Figures {
  const parts = wire.syncs.flatMap(({ answer }) => Object.values(answer.conversations));
  const moves = log.filter((logged) => 'from' in logged);
  return {
    acked: wire.promised.length,
    dropped: line.counts.dropped,
    repeated: line.counts.repeated,
    held: line.counts.held,
    lost: line.counts.lost,
    cuts: line.counts.cuts,
    clogged: line.counts.clogged,
    crashes,
    restarts,
    events: moves.filter(({ by }) => by === 'event').length,
    // A sync moves a cursor only where events were missed.
    healed: moves.filter(({ by, from, to }) => by === 'sync' && to > from).length,
    syncs: wire.syncs.length,
    pages: parts.filter(({ hasMore }) => hasMore).length,
    resets: parts.filter((part) => 'reset' in part && part.reset).length,
  };
}

/** What a client shows, all of which is compared. */
export function shownBy(client: ParleyClient): Figures {
  const ids = client.conversations.getSnapshot().items.map(({ id }) => id);
  return sumUp(
    ids.map((id) => ({
      'conversations compared': 1,
      'members compared': client.conversation(id).getSnapshot()?.members.length ?? 0,
      'messages compared': client.messages(id).getSnapshot().items.length,
    })),
  );
}

/** What came of the operations, by the rows. */
export async function rowFigures(query: Query, { conversations }: SeedRecord): Promise<Figures> {
  const rows = await query(
    `SELECT kind, count(*)::int AS times FROM (
       SELECT kind FROM conversation_changes WHERE conversation_id = ANY ($1::uuid[])
       UNION ALL SELECT 'message' FROM messages WHERE conversation_id = ANY ($1::uuid[])
       UNION ALL SELECT 'reply' FROM messages WHERE conversation_id = ANY ($1::uuid[]) AND reply_to_id IS NOT NULL
       UNION ALL SELECT 'mention' FROM messages WHERE conversation_id = ANY ($1::uuid[]) AND mentions <> '{}'
       UNION ALL SELECT 'read' FROM read_ranges WHERE conversation_id = ANY ($1::uuid[])
       UNION ALL SELECT 'member_added_again' FROM conversation_changes a
         WHERE a.conversation_id = ANY ($1::uuid[]) AND a.kind = 'member_added' AND EXISTS (
           SELECT FROM conversation_changes r
            WHERE r.conversation_id = a.conversation_id AND r.kind = 'member_removed' AND r.version < a.version
              AND a.data->'userIds' ? r.subject_id::text)
     ) happened GROUP BY kind ORDER BY kind`,
    [conversations],
  );
  return Object.fromEntries(rows.map(({ kind, times }) => [`${String(kind)} rows`, Number(times)]));
}
