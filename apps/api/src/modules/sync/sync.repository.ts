import { Injectable } from '@nestjs/common';
import { LIMITS } from '@parley/protocol';
import { type SQL, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { messageBytes } from '../conversation-log/index.js';

/** About what a list item without its last message, and a member, take of an answer: rather too little than too much. */
const ITEM_BYTES = 500;
const MEMBER_BYTES = 300;

/** The caller's cursors in one conversation. */
export interface Position {
  id: string;
  version: number;
  receipts: number;
}

/** A requested conversation that differs from what the caller has. */
export interface PositionRow {
  /** Its place in the question, from 1. */
  i: number;
  /** Null where the caller is no member: the answer then reveals nothing of it. */
  version: number | null;
  receipts: number | null;
  member_count: number | null;
}

/** One of the asker's memberships beyond the question's cursor; a row of nulls but `head` where there is none. */
export interface MembershipRow {
  /** The asker's membership version. */
  head: number;
  conversation_id: string | null;
  user_version: number | null;
  is_present: boolean | null;
  bytes: number | null;
}

/** What is to be read of one conversation. */
export interface Reading {
  id: string;
  version: number;
  /** Its newest state instead of the difference, whatever the number of rows. */
  reset: boolean;
}

/** The key of one row to read, or one row of nulls for a conversation that has none. */
export interface KeyRow {
  /** The place among the readings, from 1. */
  i: number;
  reset: boolean;
  /** How many rows changed. */
  changed: number;
  /** About what the list item takes of the answer. */
  item_bytes: number;
  version: number | null;
  /** Of a message. */
  seq: number | null;
  /** Of a member. */
  user_id: string | null;
  bytes: number | null;
}

const lastMessageBytes = (c: string): SQL =>
  sql`(SELECT ${messageBytes('l')} FROM messages l
        WHERE l.conversation_id = ${sql.raw(c)}.id AND l.seq = ${sql.raw(c)}.last_seq)`;

/** Which rows a sync is about. Each method is one statement, whatever the number of conversations. */
@Injectable()
export class SyncRepository {
  constructor(private readonly database: Database) {}

  /** All statements of `read` see the same state of the database. */
  inSnapshot<T>(read: (tx: Db) => Promise<T>): Promise<T> {
    return this.database.transaction(read, { isolation: 'repeatable read', readOnly: true });
  }

  /**
   * Of the requested positions those that differ from the database, or whose conversation the caller is not in; all of
   * them if `all`.
   */
  positions(tx: Db, userId: string, { asked, all }: { asked: readonly Position[]; all: boolean }) {
    return rowsOf<PositionRow>(
      tx,
      sql`SELECT q.i::integer AS i, c.version::float8 AS version, c.receipts::float8 AS receipts, c.member_count
            FROM unnest(${column(asked, 'id')}::uuid[], ${column(asked, 'version')}::bigint[],
                        ${column(asked, 'receipts')}::bigint[]) WITH ORDINALITY AS q (id, version, receipts, i)
            LEFT JOIN LATERAL (
              SELECT 1 FROM conversation_participants x
               WHERE x.conversation_id = q.id AND x.user_id = ${userId} AND x.left_at IS NULL OFFSET 0) p ON true
            LEFT JOIN LATERAL (
              SELECT x.version, x.member_count, r.receipts
                FROM conversations x JOIN conversation_receipts r ON r.conversation_id = x.id
               WHERE x.id = q.id AND p IS NOT NULL OFFSET 0) c ON true
           WHERE c IS NULL OR ${all} OR c.version <> q.version OR c.receipts <> q.receipts
           ORDER BY q.i`,
    );
  }

  /**
   * The asker's memberships that came or went beyond the cursor, in that order, one more than an answer holds; those
   * with the same number together. Without a cursor, or with one ahead of the asker's, the present ones.
   */
  memberships(tx: Db, userId: string, cursor: number | null) {
    return rowsOf<MembershipRow>(
      tx,
      sql`SELECT u.membership_version::float8 AS head, p.*
            FROM users u
            CROSS JOIN LATERAL (
              SELECT CASE WHEN ${cursor}::bigint <= u.membership_version THEN ${cursor}::bigint END AS cursor OFFSET 0) q
            LEFT JOIN LATERAL (
              SELECT x.conversation_id, x.user_version::float8 AS user_version, x.left_at IS NULL AS is_present,
                     (SELECT ${lastMessageBytes('c')} FROM conversations c
                       WHERE c.id = x.conversation_id AND x.left_at IS NULL)::integer AS bytes
                FROM conversation_participants x
               WHERE x.user_id = u.id AND x.user_version > coalesce(q.cursor, -1)
                 AND (x.left_at IS NULL OR q.cursor IS NOT NULL)
               ORDER BY x.user_version
               FETCH FIRST ${sql.raw(String(LIMITS.syncMemberships + 1))} ROWS WITH TIES) p ON true
           WHERE u.id = ${userId}
           ORDER BY p.user_version`,
    );
  }

  /**
   * Walks through the conversations in order until there is more than an answer holds, and returns the keys of the rows
   * to read of each that was reached: those beyond its version, one more than an answer holds and those of one version
   * together, or those of its newest state.
   */
  keys(tx: Db, readings: readonly Reading[]) {
    return rowsOf<KeyRow>(
      tx,
      sql`WITH RECURSIVE q AS MATERIALIZED (
            SELECT ${column(readings, 'id')}::uuid[] AS ids, ${column(readings, 'version')}::bigint[] AS versions,
                   ${column(readings, 'reset')}::boolean[] AS resets
          ), walk AS (
            SELECT 0 AS i, NULL::uuid AS id, 0::bigint AS version, false AS reset, 0::bigint AS changed,
                   0::bigint AS rows, 0 AS item_bytes, 0::bigint AS bytes
            UNION ALL
            SELECT w.i + 1, s.id, s.version, s.reset, s.changed, w.rows + s.rows, s.bytes, w.bytes + s.bytes
              FROM walk w
              CROSS JOIN q
              CROSS JOIN LATERAL (${one})  s
             WHERE w.i < cardinality(q.ids) AND w.rows <= ${LIMITS.syncRows} AND w.bytes <= ${LIMITS.answerBytes}
          )
          SELECT w.i, w.reset, w.changed::integer AS changed, w.item_bytes, k.version::float8 AS version,
                 k.seq::float8 AS seq, k.user_id, k.bytes
            FROM walk w LEFT JOIN LATERAL (${changedKeys} UNION ALL ${newestKeys}) k ON true
           WHERE w.i > 0
           ORDER BY w.i, k.version, k.seq, k.user_id`,
    );
  }
}

const MORE_THAN_FIT = sql.raw(`FETCH FIRST ${LIMITS.syncRows + 1} ROWS WITH TIES`);

/** How many rows of a table changed beyond the version, counted no further than it matters. */
const countOf = (table: 'messages' | 'conversation_participants'): SQL =>
  sql.raw(`(SELECT count(*) FROM (
    SELECT 1 FROM ${table} x WHERE x.conversation_id = c.id AND x.version > q.versions[w.i + 1]
     ORDER BY x.version LIMIT ${LIMITS.syncResetRows + 1}) y)`);

/** One step of the walk. */
const one = sql`
  SELECT c.id, q.versions[w.i + 1] AS version, t.reset, n.changed,
         CASE WHEN t.reset
           THEN least(c.last_seq - c.first_seq + 1, ${LIMITS.syncResetMessages}) + least(c.member_count, ${LIMITS.detailMembers})
           ELSE n.changed END AS rows,
         (${ITEM_BYTES} + coalesce(${lastMessageBytes('c')}, 0))::integer AS bytes
    FROM conversations c
    CROSS JOIN LATERAL (
      SELECT CASE WHEN q.resets[w.i + 1] THEN 0 ELSE ${countOf('messages')} + ${countOf('conversation_participants')} END
             AS changed OFFSET 0) n
    CROSS JOIN LATERAL (SELECT q.resets[w.i + 1] OR n.changed > ${LIMITS.syncResetRows} AS reset OFFSET 0) t
   WHERE c.id = q.ids[w.i + 1]`;

const changedKeys = sql`(
  SELECT * FROM (
    (SELECT x.version, x.seq, NULL::uuid AS user_id, ${messageBytes('x')} AS bytes
       FROM messages x WHERE NOT w.reset AND x.conversation_id = w.id AND x.version > w.version
      ORDER BY x.version ${MORE_THAN_FIT})
    UNION ALL
    (SELECT x.version, NULL, x.user_id, ${sql.raw(String(MEMBER_BYTES))}
       FROM conversation_participants x WHERE NOT w.reset AND x.conversation_id = w.id AND x.version > w.version
      ORDER BY x.version ${MORE_THAN_FIT})
  ) both_tables
  ORDER BY version ${MORE_THAN_FIT})`;

const newestKeys = sql`
  (SELECT x.version, x.seq, NULL::uuid, ${messageBytes('x')}
     FROM messages x WHERE w.reset AND x.conversation_id = w.id
    ORDER BY x.seq DESC LIMIT ${LIMITS.syncResetMessages})
  UNION ALL
  (SELECT x.version, NULL, x.user_id, ${sql.raw(String(MEMBER_BYTES))}
     FROM conversation_participants x WHERE w.reset AND x.conversation_id = w.id AND x.left_at IS NULL
    ORDER BY x.joined_at, x.user_id LIMIT ${LIMITS.detailMembers})`;

const column = <T>(rows: readonly T[], key: keyof T): SQL => sql`${sql.param(rows.map((row) => row[key]))}`;
