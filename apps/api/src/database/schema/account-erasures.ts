import { sql } from 'drizzle-orm';
import { boolean, pgTable, uuid } from 'drizzle-orm/pg-core';
import { time } from './columns.js';
import { users } from './users.js';

/** Who has left for good, and what of theirs is still to go: a row until all of it has. */
export const accountErasures = pgTable('account_erasures', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id),
  /** Whether their messages stay, as it was when they left. */
  keepsMessages: boolean('keeps_messages').notNull(),
  requestedAt: time('requested_at').notNull().default(sql`date_trunc('milliseconds', now())`),
  /** Which run works on it, and until when nobody else does. */
  claimedBy: uuid('claimed_by'),
  claimedUntil: time('claimed_until'),
});
