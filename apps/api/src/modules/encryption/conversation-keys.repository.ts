import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import type { WrappedKey } from './deployment-key-ring.js';

/** The key of a conversation, as it is stored. */
export interface ConversationKeyRow extends WrappedKey {
  conversationId: string;
  /** Whether it is there for good: not so one of a transaction that may yet be rolled back. */
  isSettled: boolean;
}

export type NewKey = WrappedKey & Pick<ConversationKeyRow, 'conversationId'>;

/** The keys of conversations, encrypted. */
@Injectable()
export class ConversationKeysRepository {
  async find(db: Db, conversationIds: readonly string[]): Promise<ConversationKeyRow[]> {
    const rows = await rowsOf<Omit<ConversationKeyRow, 'wrapped'> & { hex: string }>(
      db,
      sql`
      SELECT k.conversation_id AS "conversationId", k.wrapped_by AS "wrappedBy", encode(k.wrapped, 'hex') AS hex,
             k.created_at < now() AS "isSettled"
        FROM unnest(${sql.param([...conversationIds])}::uuid[]) AS q (id)
        JOIN LATERAL (SELECT * FROM conversation_keys x WHERE x.conversation_id = q.id AND x.wrapped IS NOT NULL OFFSET 0) k ON true`,
    );
    return rows.map(({ hex, ...row }) => ({ ...row, wrapped: Buffer.from(hex, 'hex') }));
  }

  /** For those of these conversations that there are and that have none. What they say already is still to be encrypted. */
  async add(db: Db, keys: readonly NewKey[]): Promise<void> {
    await db.execute(sql`
      INSERT INTO conversation_keys (conversation_id, wrapped_by, wrapped, plain_to)
      SELECT c.id, q.by, decode(q.hex, 'hex'), nullif(c.last_seq, 0)
        FROM unnest(${sql.param(keys.map(({ conversationId }) => conversationId))}::uuid[],
                    ${sql.param(keys.map(({ wrappedBy }) => wrappedBy))}::text[],
                    ${sql.param(keys.map(({ wrapped }) => wrapped.toString('hex')))}::text[]) AS q (id, by, hex)
        JOIN LATERAL (SELECT * FROM conversations x WHERE x.id = q.id OFFSET 0) c ON true
       ORDER BY c.id
      ON CONFLICT (conversation_id) DO NOTHING`);
  }

  /**
   * Destroys the key of a conversation of which everybody who was ever in it has left for good, unless somebody may still join it or it
   * is held. What is stored there can be read by nobody from then on. Returns whether it was.
   */
  async destroyUnread(db: Db, conversationId: string): Promise<boolean> {
    const rows = await rowsOf<unknown>(
      db,
      sql`
      UPDATE conversation_keys k SET wrapped = NULL, wrapped_by = NULL
       WHERE k.conversation_id = ${conversationId} AND k.wrapped IS NOT NULL AND k.plain_to IS NULL
         AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = k.conversation_id AND c.is_held)
         AND NOT EXISTS (SELECT 1 FROM conversation_invites i
                          WHERE i.conversation_id = k.conversation_id AND i.revoked_at IS NULL
                            AND (i.expires_at IS NULL OR i.expires_at > now()) AND (i.max_uses IS NULL OR i.uses < i.max_uses))
         AND NOT EXISTS (SELECT 1 FROM conversation_participants p JOIN users u ON u.id = p.user_id
                          WHERE p.conversation_id = k.conversation_id AND u.deleted_at IS NULL)
      RETURNING 1`,
    );
    return rows.length > 0;
  }
}
