import { Injectable } from '@nestjs/common';
import { LIMITS } from '@parley/protocol';
import { type SQL, sql } from 'drizzle-orm';
import type { Availability } from '../../database/availability.js';
import { Database, type Db } from '../../database/database.js';

/** A user as everyone may see whether they are there. */
export interface Status {
  userId: string;
  isOnline: boolean;
  /** When this was found, ISO-8601, by the database's clock. */
  lastSeenAt: string;
}

/** What a node reads with each beat. */
export interface Beat {
  /** False: another node took this one for dead and removed it. */
  isRegistered: boolean;
  /** The other nodes, each with a value that changes while it lives. */
  others: ReadonlyMap<string, string>;
}

const AT_A_TIME = 1_000;

interface SettledRow {
  id: string;
  status: string;
  ms: number;
}

const statusOf = ({ id, status, ms }: SettledRow): Status => ({
  userId: id,
  isOnline: status === 'online',
  lastSeenAt: new Date(ms).toISOString(),
});

/**
 * Who has sockets on which node. Everything that changes it locks the node's row first and the users' rows next, in the
 * order of their ids; whether a user is online is then read under that lock, so that of several nodes exactly one sees
 * the change.
 */
@Injectable()
export class PresenceRepository {
  constructor(private readonly database: Database) {}

  get availability(): Availability {
    return this.database.availability;
  }

  /** The only node on the database begins: whoever was online when the last one ended has not said so. */
  async clear(): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.execute(sql`DELETE FROM node_users`);
      await tx.execute(sql`DELETE FROM nodes`);
      await tx.execute(sql`UPDATE users SET status = 'offline' WHERE status = 'online'`);
    });
  }

  async register(nodeId: string): Promise<void> {
    await this.database.db.execute(
      sql`INSERT INTO nodes (id, seen_at) VALUES (${nodeId}, clock_timestamp()) ON CONFLICT (id) DO NOTHING`,
    );
  }

  async beat(nodeId: string): Promise<Beat> {
    const [row] = await this.rows<{ own: number; others: Record<string, string> | null }>(
      this.database.db,
      sql`WITH own AS (UPDATE nodes SET seen_at = clock_timestamp() WHERE id = ${nodeId} RETURNING id)
          SELECT (SELECT count(*) FROM own)::int AS own,
                 (SELECT jsonb_object_agg(id, seen_at) FROM nodes WHERE id <> ${nodeId}) AS others`,
    );
    return { isRegistered: row?.own === 1, others: new Map(Object.entries(row?.others ?? {})) };
  }

  /**
   * Stores who came to this node and who left it. Returns those who are online or offline only since this, or null where
   * the node is not registered (any more): then nothing was stored.
   */
  store(nodeId: string, changes: ReadonlyMap<string, boolean>): Promise<Status[] | null> {
    const all = [...changes.keys()];
    const came = all.filter((userId) => changes.get(userId));
    const left = all.filter((userId) => !changes.get(userId));
    return this.database.transaction(async (tx) => {
      const own = await this.rows(tx, sql`SELECT 1 FROM nodes WHERE id = ${nodeId} FOR KEY SHARE`);
      if (own.length === 0) return null;
      await tx.execute(sql`SELECT 1 FROM users WHERE id = ANY(${ids(all)}) ORDER BY id FOR NO KEY UPDATE`);
      await tx.execute(sql`
        WITH gone AS (DELETE FROM node_users WHERE node_id = ${nodeId} AND user_id = ANY(${ids(left)}))
        INSERT INTO node_users (node_id, user_id) SELECT ${nodeId}::uuid, unnest(${ids(came)}) ON CONFLICT DO NOTHING`);
      return this.settle(tx, all);
    });
  }

  /**
   * Takes some users away from a node that shows no sign of life: its `seen_at` is still this. Returns those who are
   * offline since this, or null where nothing is left of it, it lives after all, or another node is at it.
   */
  removeFrom(nodeId: string, seenAt: string): Promise<Status[] | null> {
    return this.database.transaction(async (tx) => {
      const dead = await this.rows(
        tx,
        sql`SELECT 1 FROM nodes WHERE id = ${nodeId} AND seen_at = ${seenAt}::timestamptz FOR UPDATE SKIP LOCKED`,
      );
      if (dead.length === 0) return null;
      const rows = await this.rows<{ id: string }>(
        tx,
        sql`SELECT id FROM users
             WHERE id IN (SELECT user_id FROM node_users WHERE node_id = ${nodeId} ORDER BY user_id LIMIT ${AT_A_TIME})
             ORDER BY id FOR NO KEY UPDATE`,
      );
      const userIds = rows.map(({ id }) => id);
      if (userIds.length === 0) {
        await tx.execute(sql`DELETE FROM nodes WHERE id = ${nodeId}`);
        return null;
      }
      await tx.execute(sql`DELETE FROM node_users WHERE node_id = ${nodeId} AND user_id = ANY(${ids(userIds)})`);
      return this.settle(tx, userIds);
    });
  }

  /** Who came or went within the last `ms` milliseconds, as it is by now: the latest `limit` of them, the oldest first. */
  async changedWithin(ms: number, limit: number): Promise<Status[]> {
    const rows = await this.rows<SettledRow>(
      this.database.db,
      sql`SELECT id, status, (extract(epoch FROM last_seen_at) * 1000)::float8 AS ms FROM users
           WHERE last_seen_at > clock_timestamp() - ${ms} * interval '1 millisecond'
           ORDER BY last_seen_at DESC LIMIT ${limit}`,
    );
    return rows.map(statusOf).reverse();
  }

  /** Of these users, how each is by now; without those who were never online. */
  async statuses(userIds: readonly string[]): Promise<Map<string, Status>> {
    const rows = await this.rows<SettledRow>(
      this.database.db,
      sql`SELECT id, status, (extract(epoch FROM last_seen_at) * 1000)::float8 AS ms FROM users
           WHERE id = ANY(${ids(userIds)}) AND last_seen_at IS NOT NULL`,
    );
    return new Map(rows.map((row) => [row.id, statusOf(row)]));
  }

  /** The small conversations of each of these users: who is in one with them hears of their coming and going. */
  async audiences(userIds: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.rows<{ user_id: string; conversations: string[] }>(
      this.database.db,
      sql`SELECT p.user_id, array_agg(p.conversation_id::text) AS conversations
            FROM conversation_participants p
            JOIN LATERAL (SELECT member_count FROM conversations x WHERE x.id = p.conversation_id OFFSET 0) c ON true
           WHERE p.user_id = ANY(${ids(userIds)}) AND p.left_at IS NULL
             AND c.member_count <= ${LIMITS.receiptsMembers}
           GROUP BY p.user_id`,
    );
    return new Map(rows.map((row) => [row.user_id, row.conversations]));
  }

  /** Under the users' locks, in a statement that sees what they waited for: who is online where it was not so before. */
  private async settle(tx: Db, userIds: readonly string[]): Promise<Status[]> {
    const rows = await this.rows<SettledRow>(
      tx,
      sql`UPDATE users u
             SET status = now.status, last_seen_at = date_trunc('milliseconds', clock_timestamp())
            FROM (SELECT id, CASE WHEN EXISTS (SELECT 1 FROM node_users n WHERE n.user_id = x.id)
                                  THEN 'online' ELSE 'offline' END AS status
                    FROM users x WHERE id = ANY(${ids(userIds)})) now
           WHERE u.id = now.id AND u.status <> now.status
          RETURNING u.id, u.status, (extract(epoch FROM u.last_seen_at) * 1000)::float8 AS ms`,
    );
    return rows.map(statusOf);
  }

  private async rows<T>(db: Db, query: SQL): Promise<T[]> {
    return ((await db.execute(query)) as unknown as { rows: T[] }).rows;
  }
}

const ids = (userIds: readonly string[]): SQL => sql`${sql.param([...userIds])}::uuid[]`;
