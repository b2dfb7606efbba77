import { Injectable } from '@nestjs/common';
import { type SQL, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { RetentionRepository } from './retention.repository.js';

/** Up to which version a conversation is trimmed. */
interface Trim {
  id: string;
  version: number;
}

/** Removes rows of `conversation_changes` that no stream needs any more: one that is further behind than a day closes its sockets. */
@Injectable()
export class ChangesTrimRepository {
  constructor(
    private readonly database: Database,
    private readonly retention: RetentionRepository,
  ) {}

  /**
   * About so many of the oldest rows, of conversations that nobody else has locked. Returns how many, with whether there may
   * be more; null where another node is at it.
   */
  step(most: number): Promise<{ trimmed: number; isMore: boolean } | null> {
    return this.database.transaction(async (tx) => {
      if (!(await this.retention.takeLock(tx))) return null;
      const { found, trims } = await this.oldest(tx, most);
      const trimmed = trims.length === 0 ? 0 : await this.trim(tx, trims);
      return { trimmed, isMore: found === most && trimmed > 0 };
    });
  }

  /** By the index of their age, and of whom each is; those that are locked are left for another time, unless all are. */
  private async oldest(tx: Db, most: number): Promise<{ found: number; trims: Trim[] }> {
    const places = await rowsOf<Trim & { rows: number }>(
      tx,
      sql`
      SELECT o.conversation_id AS id, max(o.version)::float8 AS version, count(*)::float8 AS rows
        FROM (SELECT x.conversation_id, x.version FROM conversation_changes x
               WHERE x.created_at < now() - interval '1 day' ORDER BY x.created_at LIMIT ${most}) o
       GROUP BY o.conversation_id ORDER BY count(*) DESC`,
    );
    const ids = places.map(({ id }) => id);
    const free = await this.lock(tx, ids, sql`SKIP LOCKED`);
    // Where all of them are in use their rows would stand before all others for ever. Waited for is one, with no lock held.
    const ours = new Set(free.length > 0 ? free : await this.lock(tx, ids.slice(0, 1), sql``));
    const found = places.reduce((sum, { rows }) => sum + rows, 0);
    return { found, trims: places.filter(({ id }) => ours.has(id)) };
  }

  private async lock(tx: Db, ids: readonly string[], waiting: SQL): Promise<string[]> {
    const rows = await rowsOf<{ id: string }>(
      tx,
      sql`SELECT c.id FROM conversations c WHERE c.id = ANY (${sql.param(ids)}::uuid[])
           ORDER BY c.id FOR NO KEY UPDATE ${waiting}`,
    );
    return rows.map(({ id }) => id);
  }

  private async trim(tx: Db, trims: readonly Trim[]): Promise<number> {
    await tx.execute(sql`
      UPDATE conversations c SET trimmed_version = greatest(c.trimmed_version, q.version)
        FROM ${placesOf(trims)} WHERE c.id = q.id`);
    const rows = await rowsOf<unknown>(
      tx,
      sql`DELETE FROM conversation_changes x USING ${placesOf(trims)}
           WHERE x.conversation_id = q.id AND x.version <= q.version RETURNING 1`,
    );
    return rows.length;
  }
}

const placesOf = (trims: readonly Trim[]): SQL =>
  sql`unnest(${sql.param(trims.map(({ id }) => id))}::uuid[],
             ${sql.param(trims.map(({ version }) => version))}::bigint[]) AS q (id, version)`;
