import { Injectable } from '@nestjs/common';
import { type SQL, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { all } from '../search-text/index.js';

/** A message's place in the order of all searches: newest first. */
export interface Position {
  /** Milliseconds. */
  at: number;
  conversationId: string;
  seq: number;
}

/** What the database is asked for. */
export interface Wanted {
  userId: string;
  /** Only of these conversations; null: of all in which the user is. */
  within: readonly string[] | null;
  /** Of one of these senders; null: of anybody. */
  senders: readonly string[] | null;
  /** On tokens, all of which have to hold. */
  conditions: readonly string[];
  before: number | null;
  since: number | null;
  mentions: boolean;
}

export interface Candidate extends Position {
  content: string;
}

/** How much a search may look at, and how much of it may be what is wanted. */
export interface Estimate {
  /** Messages in the user's conversations, about. */
  own: number;
  /** Messages that have the tokens, about, whoever may read them. */
  matching: number;
  /** The same of each condition by itself. */
  each: readonly number[];
}

interface CandidateRow {
  conversation_id: string;
  seq: number;
  ms: number;
  content: string;
}

/**
 * Each question has the membership in the statement that finds: what is found is what may be read. All of one search is
 * asked in one snapshot.
 */
@Injectable()
export class SearchRepository {
  constructor(private readonly database: Database) {}

  inSnapshot<T>(read: (tx: Db) => Promise<T>): Promise<T> {
    const options = { isolation: 'repeatable read', readOnly: true } as const;
    return this.database.transaction(async (tx) => {
      // Tables that grow are read by their indexes, whatever the planner thinks of their sizes, and by those that are best
      // for what is looked for.
      await tx.execute(sql`
        SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true),
               set_config('plan_cache_mode', 'force_custom_plan', true)`);
      return read(tx);
    }, options);
  }

  async isMember(tx: Db, userId: string, conversationId: string): Promise<boolean> {
    const own = this.own({ userId, within: [conversationId] });
    return (await rowsOf(tx, own)).length > 0;
  }

  /** A look at so many pages of the table by chance: it costs the same however large the table is. */
  async survey(tx: Db, wanted: Wanted, sampled: number): Promise<Estimate> {
    const [size] = await rowsOf<{ pages: number; own: number }>(
      tx,
      sql`SELECT (pg_relation_size('message_search') / 8192)::integer AS pages,
                 (SELECT coalesce(sum(c.last_seq), 0)::float8 FROM (${this.own(wanted)}) mine
                    JOIN LATERAL (SELECT x.last_seq FROM conversations x WHERE x.id = mine.conversation_id OFFSET 0) c ON true
                 ) AS own`,
    );
    const { pages = 0, own = 0 } = size ?? {};
    const { conditions } = wanted;
    if (conditions.length === 0) return { own, matching: Number.POSITIVE_INFINITY, each: [] };
    if (pages <= sampled) return { own, matching: 0, each: conditions.map(() => 0) };
    const share = sampled / pages;
    const counts = [all(conditions), ...conditions].map(
      (condition) => sql`count(*) FILTER (WHERE tokens @@ ${condition}::tsquery)::integer`,
    );
    const [sample] = await rowsOf<{ hits: number[] }>(
      tx,
      sql`SELECT ARRAY[${sql.join(counts, sql`, `)}] AS hits FROM message_search TABLESAMPLE SYSTEM (${100 * share})`,
    );
    const [matching = 0, ...each] = (sample?.hits ?? []).map((hits) => hits / share);
    return { own, matching, each };
  }

  /**
   * By the index on tokens, for what few messages have: all of them are found before the newest are known. Of the index
   * only `rare` conditions are asked: it would read all that has a common word besides. Null where more than `most` have
   * those.
   */
  async byTokens(
    tx: Db,
    { rare, ...wanted }: Wanted & { rare: readonly string[] },
    after: Position | null,
    { limit, most }: Bounds,
  ): Promise<Candidate[] | null> {
    const others = wanted.conditions.filter((condition) => !rare.includes(condition));
    const rows = await rowsOf<CandidateRow & { total: number }>(
      tx,
      sql`WITH found AS MATERIALIZED (
            SELECT * FROM find_by_tokens(${all(rare)}::tsquery, ${most + 1}::integer)
          ), total AS (SELECT count(*)::integer AS total FROM found)
          SELECT total.total, c.* FROM total LEFT JOIN LATERAL (
            ${this.withTexts(
              wanted,
              sql`SELECT * FROM found s
                   WHERE total.total <= ${most}::integer AND ${this.isMine(wanted)} AND ${this.isInReach(wanted, after)}
                     AND ${this.alsoHas(others)}
                   ORDER BY ${this.order(wanted)}`,
              limit,
            )}) c ON true`,
    );
    if ((rows[0]?.total ?? 0) > most) return null;
    return rows.filter((row) => row.conversation_id !== null).map(candidateOf);
  }

  /**
   * All in the user's conversations, one conversation after the other: for those who are in few or in short ones. Tokens are
   * looked at outside of the look-up, which the planner would make by the index on tokens otherwise, once a conversation.
   */
  async byConversations(tx: Db, wanted: Wanted, after: Position | null, limit: number): Promise<Candidate[]> {
    const rows = await rowsOf<CandidateRow>(
      tx,
      this.withTexts(
        wanted,
        sql`SELECT s.* FROM (${this.own(wanted)}) mine
              JOIN LATERAL (
                SELECT s.conversation_id, s.seq, s.created_at, s.tokens FROM message_search s
                 WHERE s.conversation_id = mine.conversation_id AND ${this.isInReach(wanted, after)} OFFSET 0) s ON true
             WHERE ${this.hasTokens(wanted)} ORDER BY ${this.order(wanted)}`,
        limit,
      ),
    );
    return rows.map(candidateOf);
  }

  /**
   * From the newest back, for what many messages have: it ends as soon as enough are found, and after `most` rows. The
   * `end` is null where there are no older ones.
   */
  async backwards(tx: Db, wanted: Wanted, after: Position | null, { limit, most }: Bounds): Promise<Walk> {
    const newest = (columns: SQL, more: SQL) => sql`
      SELECT ${columns} FROM message_search s WHERE ${this.isInReach(wanted, after)}
       ORDER BY ${this.order(wanted)} ${more}`;
    const rows = await rowsOf<CandidateRow>(
      tx,
      this.withTexts(
        wanted,
        sql`SELECT s.* FROM (${newest(sql`s.conversation_id, s.seq, s.created_at, s.tokens`, sql`LIMIT ${most}`)}) s
             WHERE ${this.isMine(wanted)} AND ${this.hasTokens(wanted)} ORDER BY ${this.order(wanted)}`,
        limit,
      ),
    );
    const candidates = rows.map(candidateOf);
    const last = candidates.at(-1);
    if (candidates.length === limit && last) return { candidates, end: last };
    const place = newest(sql`s.conversation_id, s.seq::float8 AS seq, ${MS} AS ms`, sql`OFFSET ${most - 1} LIMIT 1`);
    const [end] = await rowsOf<CandidateRow>(tx, place);
    return { candidates, end: end ? positionOf(end) : null };
  }

  private own({ userId, within }: Pick<Wanted, 'userId' | 'within'>): SQL {
    const only = within === null ? sql`true` : sql`p.conversation_id = ANY (${sql.param([...within])}::uuid[])`;
    return sql`SELECT p.conversation_id FROM conversation_participants p
                WHERE p.user_id = ${userId} AND p.left_at IS NULL AND ${only}`;
  }

  /** Of keys `s` in order the first ones whose message is wanted, with its text. */
  private withTexts(wanted: Wanted, keys: SQL, limit: number): SQL {
    const { senders, mentions } = wanted;
    return sql`
      SELECT s.conversation_id, s.seq::float8 AS seq, ${MS} AS ms, m.content FROM (${keys}) s
        JOIN LATERAL (
          SELECT x.content FROM messages x
           WHERE x.conversation_id = s.conversation_id AND x.seq = s.seq AND x.deleted_at IS NULL
             AND ${senders === null ? sql`true` : sql`x.sender_id = ANY (${sql.param([...senders])}::uuid[])`}
             AND ${mentions ? sql`cardinality(x.mentions) > 0` : sql`true`} OFFSET 0) m ON true
       ORDER BY ${this.order(wanted)} LIMIT ${limit}`;
  }

  /** Within a conversation times follow its numbers. */
  private order({ within }: Wanted): SQL {
    return within?.length === 1 ? sql`s.seq DESC` : sql`s.created_at DESC, s.conversation_id DESC, s.seq DESC`;
  }

  private isMine(wanted: Wanted): SQL {
    return sql`(s.conversation_id IN (${this.own(wanted)})) IS TRUE`;
  }

  private hasTokens({ conditions }: Pick<Wanted, 'conditions'>): SQL {
    return conditions.length === 0 ? sql`true` : sql`s.tokens @@ ${all(conditions)}::tsquery`;
  }

  /** Of a key without its tokens. */
  private alsoHas(conditions: readonly string[]): SQL {
    if (conditions.length === 0) return sql`true`;
    return sql`(SELECT x.tokens @@ ${all(conditions)}::tsquery FROM message_search x
                 WHERE x.conversation_id = s.conversation_id AND x.seq = s.seq)`;
  }

  /** What can be said of a key by an index: where it begins, and the time. */
  private isInReach(wanted: Wanted, after: Position | null): SQL {
    const { before, since, within } = wanted;
    const one = within?.length === 1 ? within[0] : undefined;
    const conditions = one
      ? [
          sql`s.conversation_id = ${one}::uuid`,
          after && sql`s.seq < ${after.seq}::bigint`,
          before !== null && sql`s.seq <= ${lastBefore(one, before)}`,
          since !== null && sql`s.seq > ${lastBefore(one, since)}`,
        ]
      : [
          before !== null && sql`s.created_at < ${timeOf(before)}`,
          since !== null && sql`s.created_at >= ${timeOf(since)}`,
          after &&
            sql`(s.created_at, s.conversation_id, s.seq)
              < (${timeOf(after.at)}, ${after.conversationId}::uuid, ${after.seq}::bigint)`,
        ];
    return sql.join([sql`true`, ...conditions.filter((each) => each instanceof Object)], sql` AND `);
  }
}

/** How much a statement brings, and how much it may look at. */
interface Bounds {
  limit: number;
  most: number;
}

export interface Walk {
  candidates: Candidate[];
  end: Position | null;
}

const MS = sql`(extract(epoch FROM s.created_at) * 1000)::float8`;
/** Years that Postgres reads as we write them. */
const [EARLIEST, LATEST] = [0, Date.parse('9999-12-31T23:59:59.999Z')];

const timeOf = (ms: number): SQL =>
  sql`${new Date(Math.min(Math.max(ms, EARLIEST), LATEST)).toISOString()}::timestamptz`;

/** The number of a conversation's last message before a moment; 0 where there is none. */
const lastBefore = (conversationId: string, ms: number): SQL => sql`coalesce((
  SELECT x.seq FROM messages x WHERE x.conversation_id = ${conversationId}::uuid AND x.created_at < ${timeOf(ms)}
   ORDER BY x.created_at DESC, x.seq DESC LIMIT 1), 0)`;

const positionOf = ({ ms, conversation_id, seq }: Omit<CandidateRow, 'content'>): Position => ({
  at: Number(ms),
  conversationId: conversation_id as string,
  seq: Number(seq),
});
const candidateOf = (row: CandidateRow): Candidate => ({ ...positionOf(row), content: row.content });
