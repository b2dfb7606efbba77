import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, time } from './columns.js';
import { users } from './users.js';

/** What programs sign in with; a bot may have several, so that one can be replaced while another is in use. */
export const botTokens = pgTable(
  'bot_tokens',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token, which is random and long, so that this is all that has to be kept. */
    tokenHash: bytes('token_hash').notNull().unique(),
    /** What it is for, in the words of whoever made it. */
    name: text('name').notNull(),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at'),
    revokedAt: time('revoked_at'),
  },
  (t) => [index('bot_tokens_user').on(t.userId)],
);
