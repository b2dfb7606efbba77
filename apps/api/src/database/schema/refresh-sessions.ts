import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { time } from './columns.js';
import { users } from './users.js';

/** One signed-in browser: a family of refresh tokens of which only the latest is good, and the one before until that is used. */
export const refreshSessions = pgTable(
  'refresh_sessions',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Generation of the latest token. Each token carries a MAC of family and generation, so nothing secret is kept. */
    generation: integer('generation').notNull().default(1),
    /** When the latest generation replaced the one before. */
    rotatedAt: time('rotated_at').notNull(),
    userAgent: text('user_agent'),
    createdAt: time('created_at').notNull(),
    lastUsedAt: time('last_used_at').notNull(),
    expiresAt: time('expires_at').notNull(),
    revokedAt: time('revoked_at'),
  },
  (t) => [index('refresh_sessions_user').on(t.userId), index('refresh_sessions_expiry').on(t.expiresAt)],
);
