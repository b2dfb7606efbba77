import { index, integer, pgTable, uuid } from 'drizzle-orm/pg-core';
import { bytes, time } from './columns.js';
import { conversations } from './conversations.js';
import { users } from './users.js';

/** Links by which people join a group by themselves. */
export const conversationInvites = pgTable(
  'conversation_invites',
  {
    id: uuid('id').primaryKey(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token, which is random and long, so that this is all that has to be kept. */
    tokenHash: bytes('token_hash').notNull().unique(),
    createdBy: uuid('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: time('created_at').notNull(),
    /** Null: until it is taken back. */
    expiresAt: time('expires_at'),
    /** How many people may join by it; null: as many as come. */
    maxUses: integer('max_uses'),
    uses: integer('uses').notNull().default(0),
    revokedAt: time('revoked_at'),
  },
  (t) => [index('conversation_invites_latest').on(t.conversationId, t.createdAt, t.id)],
);
