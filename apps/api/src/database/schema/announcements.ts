import { sql } from 'drizzle-orm';
import { bigint, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { time } from './columns.js';
import { users } from './users.js';

/** What server admins have announced to everybody. The newest counts. */
export const announcements = pgTable('announcements', {
  /** In the order in which nodes tell them. */
  number: bigint('number', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  text: text('text').notNull(),
  /** Who connects until then is told, too; null: only who was there. */
  endsAt: time('ends_at'),
  createdBy: uuid('created_by')
    .notNull()
    .references(() => users.id),
  createdAt: time('created_at').notNull().default(sql`date_trunc('milliseconds', now())`),
});
