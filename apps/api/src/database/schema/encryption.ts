import { sql } from 'drizzle-orm';
import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { bytes, counter, time } from './columns.js';
import { conversations } from './conversations.js';

/** Keys of the deployment by which something here is encrypted; the keys themselves are in the configuration alone. */
export const deploymentKeys = pgTable('deployment_keys', {
  id: text('id').primaryKey(),
  /** By which another key of the same id is known, and nothing of the key. */
  proof: bytes('proof').notNull(),
  createdAt: time('created_at').notNull().default(sql`date_trunc('milliseconds', now())`),
});

/** What the texts of a conversation are encrypted with, itself encrypted by a key of the deployment. */
export const conversationKeys = pgTable(
  'conversation_keys',
  {
    conversationId: uuid('conversation_id')
      .primaryKey()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    /** Both null: the key was destroyed, and nothing that it has encrypted can be read any more. */
    wrappedBy: text('wrapped_by').references(() => deploymentKeys.id),
    wrapped: bytes('wrapped'),
    /** Messages up to this one may still be stored as they are; null: all are encrypted. */
    plainTo: counter('plain_to'),
    /** Not cut to milliseconds: what is older than the transaction that reads it has been committed. */
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().default(sql`now()`),
  },
  (t) => [
    index('conversation_keys_wrapped_by').on(t.wrappedBy),
    index('conversation_keys_plain').on(t.conversationId).where(sql`plain_to IS NOT NULL`),
  ],
);
