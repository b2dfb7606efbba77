import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, time } from './columns.js';
import { users } from './users.js';

/** Links that work once: to register although that is closed, and to set a password that was forgotten. */
export const accountLinks = pgTable(
  'account_links',
  {
    id: uuid('id').primaryKey(),
    purpose: text('purpose', { enum: ['invite', 'reset'] }).notNull(),
    /** SHA-256 of the token, which is random and long, so that this is all that has to be kept. */
    tokenHash: bytes('token_hash').notNull().unique(),
    /** Of a reset: whose password. Of an invite: who registered with it. */
    userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
    /** Of an invite: the only username that it is good for. */
    username: text('username'),
    /** Null: the command line of the server. */
    createdBy: uuid('created_by'),
    createdAt: time('created_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    usedAt: time('used_at'),
    revokedAt: time('revoked_at'),
  },
  (t) => [index('account_links_user').on(t.userId)],
);
