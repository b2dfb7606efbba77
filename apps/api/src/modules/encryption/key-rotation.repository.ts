import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import type { Availability } from '../../database/availability.js';
import { Database, type Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import type { NewKey } from './conversation-keys.repository.js';
import type { WrappedKey } from './deployment-key-ring.js';

/** Of the advisory locks of this database, the one under which keys are encrypted anew: by one node at a time. */
const ROTATION_LOCK = 7_265_003_061;

/** Keys of conversations that are encrypted by another key of the deployment than the first. */
@Injectable()
export class KeyRotationRepository {
  constructor(private readonly database: Database) {}

  get availability(): Availability {
    return this.database.availability;
  }

  /**
   * Gives at most `most` of those that one of these keys encrypts to `rewrap`, and stores what it makes of them, in one transaction.
   * Returns how many; 0 where there are none, or another node is at it.
   */
  step(wrappedBy: readonly string[], most: number, rewrap: (key: NewKey) => WrappedKey): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows = await rowsOf<{ mine: boolean }>(tx, sql`SELECT pg_try_advisory_xact_lock(${ROTATION_LOCK}) AS mine`);
      if (!rows[0]?.mine) return 0;
      const found = await this.wrappedBy(tx, wrappedBy, most);
      if (found.length > 0)
        await this.store(
          tx,
          found.map((key) => ({ ...key, ...rewrap(key) })),
        );
      return found.length;
    });
  }

  private async wrappedBy(tx: Db, ids: readonly string[], most: number): Promise<NewKey[]> {
    const rows = await rowsOf<Omit<NewKey, 'wrapped'> & { hex: string }>(
      tx,
      sql`
      SELECT k.conversation_id AS "conversationId", k.wrapped_by AS "wrappedBy", encode(k.wrapped, 'hex') AS hex
        FROM conversation_keys k WHERE k.wrapped_by = ANY (${sql.param([...ids])}::text[]) LIMIT ${most}
         FOR NO KEY UPDATE`,
    );
    return rows.map(({ hex, ...row }) => ({ ...row, wrapped: Buffer.from(hex, 'hex') }));
  }

  private async store(tx: Db, keys: readonly NewKey[]): Promise<void> {
    await tx.execute(sql`
      UPDATE conversation_keys k SET wrapped_by = q.by, wrapped = decode(q.hex, 'hex')
        FROM unnest(${sql.param(keys.map(({ conversationId }) => conversationId))}::uuid[],
                    ${sql.param(keys.map(({ wrappedBy }) => wrappedBy))}::text[],
                    ${sql.param(keys.map(({ wrapped }) => wrapped.toString('hex')))}::text[]) AS q (id, by, hex)
       WHERE k.conversation_id = q.id`);
  }
}
