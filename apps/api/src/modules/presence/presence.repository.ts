import { Injectable } from '@nestjs/common';
import { type SQL, sql } from 'drizzle-orm';
import type { Availability } from '../../database/availability.js';
import { Database, type Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';

/** What a node has of a user: sockets with somebody at one of them, sockets with nobody, or none. */
export type NodePresence = 'active' | 'idle' | 'gone';

/** What a node reads with each beat. */
interface Beat {
  /** False: another node took this one for dead and removed it. */
  isRegistered: boolean;
  /** The other nodes, each with a value that changes while it lives. */
  others: ReadonlyMap<string, string>;
}

const AT_A_TIME = 1_000;
const MOST_NODES = 1_000;
const NOW = sql`date_trunc('milliseconds', clock_timestamp())`;

/**
 * Who has sockets on which node. Everything that changes it locks the node's row first and the users' rows next, in the
 * order of their ids; whether a user is online is then read under that lock, so of several nodes the last one is right.
 */
@Injectable()
export class PresenceRepository {
  constructor(private readonly database: Database) {}

  get availability(): Availability {
    return this.database.availability;
  }

  async register(nodeId: string): Promise<void> {
    await this.database.db.execute(
      sql`INSERT INTO nodes (id, seen_at) VALUES (${nodeId}, clock_timestamp()) ON CONFLICT (id) DO NOTHING`,
    );
  }

  async beat(nodeId: string): Promise<Beat> {
    const [row] = await rowsOf<{ own: number; others: Record<string, string> | null }>(
      this.database.db,
      sql`WITH own AS (UPDATE nodes SET seen_at = clock_timestamp() WHERE id = ${nodeId} RETURNING id)
          SELECT (SELECT count(*) FROM own)::int AS own,
                 (SELECT jsonb_object_agg(id, seen_at) FROM nodes WHERE id <> ${nodeId}) AS others`,
    );
    return { isRegistered: row?.own === 1, others: new Map(Object.entries(row?.others ?? {})) };
  }

  /** The other nodes that the database knows, each with its last sign of life. */
  async others(nodeId: string): Promise<Map<string, Date>> {
    const rows = await rowsOf<{ id: string; ms: number }>(
      this.database.db,
      sql`SELECT id, (extract(epoch FROM seen_at) * 1000)::float8 AS ms FROM nodes WHERE id <> ${nodeId} LIMIT ${MOST_NODES}`,
    );
    return new Map(rows.map(({ id, ms }) => [id, new Date(ms)]));
  }

  /**
   * Stores what this node has of these users. Returns whether anybody's presence has changed by that, or null where the
   * node is not registered (any more): then nothing was stored.
   */
  store(nodeId: string, changes: ReadonlyMap<string, NodePresence>): Promise<boolean | null> {
    const all = [...changes.keys()];
    const left = all.filter((userId) => changes.get(userId) === 'gone');
    const here = all.filter((userId) => changes.get(userId) !== 'gone');
    const idle = here.map((userId) => changes.get(userId) === 'idle');
    return this.database.transaction(async (tx) => {
      const own = await rowsOf(tx, sql`SELECT 1 FROM nodes WHERE id = ${nodeId} FOR KEY SHARE`);
      if (own.length === 0) return null;
      await tx.execute(sql`SELECT 1 FROM users WHERE id = ANY(${ids(all)}) ORDER BY id FOR NO KEY UPDATE`);
      await tx.execute(sql`
        WITH gone AS (DELETE FROM node_users WHERE node_id = ${nodeId} AND user_id = ANY(${ids(left)}))
        INSERT INTO node_users (node_id, user_id, is_idle)
        SELECT ${nodeId}::uuid, h.* FROM unnest(${ids(here)}, ${sql.param(idle)}::boolean[]) AS h
        ON CONFLICT (node_id, user_id) DO UPDATE SET is_idle = excluded.is_idle`);
      return this.settle(tx, all, NOW);
    });
  }

  /**
   * Takes some users away from a node that shows no sign of life: its `seen_at` is still this. Returns false where nothing
   * is left of it, it lives after all, or another node is at it.
   */
  removeFrom(nodeId: string, seenAt: string): Promise<boolean> {
    const at = sql`date_trunc('milliseconds', ${seenAt}::timestamptz)`;
    return this.database.transaction(async (tx) => {
      const dead = await rowsOf(
        tx,
        sql`SELECT 1 FROM nodes WHERE id = ${nodeId} AND seen_at = ${seenAt}::timestamptz FOR UPDATE SKIP LOCKED`,
      );
      if (dead.length === 0) return false;
      const rows = await rowsOf<{ id: string }>(
        tx,
        sql`SELECT id FROM users
             WHERE id IN (SELECT user_id FROM node_users WHERE node_id = ${nodeId} ORDER BY user_id LIMIT ${AT_A_TIME})
             ORDER BY id FOR NO KEY UPDATE`,
      );
      const userIds = rows.map(({ id }) => id);
      if (userIds.length === 0) {
        await tx.execute(sql`DELETE FROM nodes WHERE id = ${nodeId}`);
        return false;
      }
      await tx.execute(sql`DELETE FROM node_users WHERE node_id = ${nodeId} AND user_id = ANY(${ids(userIds)})`);
      await this.settle(tx, userIds, at);
      return true;
    });
  }

  /**
   * Under the users' locks, in a statement that sees what they waited for: their presence by what all nodes have of them,
   * `at` the time at which they were last seen. Of whoever hides it nobody is to be told.
   */
  private async settle(tx: Db, userIds: readonly string[], at: SQL): Promise<boolean> {
    const rows = await rowsOf(
      tx,
      sql`UPDATE users u
             SET status = now.status, is_away = now.is_away, last_seen_at = greatest(u.last_seen_at, ${at}),
                 presence_at = CASE WHEN u.is_hidden THEN u.presence_at ELSE ${NOW} END
            FROM (SELECT x.id, CASE WHEN n.nodes > 0 THEN 'online' ELSE 'offline' END AS status,
                         coalesce(n.is_idle, false) AS is_away
                    FROM users x
                    JOIN LATERAL (SELECT count(*) AS nodes, bool_and(is_idle) AS is_idle
                                    FROM node_users WHERE user_id = x.id) n ON true
                   WHERE x.id = ANY(${ids(userIds)})) now
           WHERE u.id = now.id AND (u.status, u.is_away) <> (now.status, now.is_away)
          RETURNING u.id`,
    );
    return rows.length > 0;
  }
}

const ids = (userIds: readonly string[]): SQL => sql`${sql.param([...userIds])}::uuid[]`;
