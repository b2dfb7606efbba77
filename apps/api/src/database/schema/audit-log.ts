import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { time } from './columns.js';

/**
 * What administrators and those who run the server did. It only grows: a trigger refuses anything but new rows. It refers
 * to rows without foreign keys, as it outlives them.
 */
export const auditLog = pgTable(
  'audit_log',
  {
    id: uuid('id').primaryKey(),
    at: time('at').notNull().default(sql`date_trunc('milliseconds', now())`),
    /** Null: from the command line of the server. */
    actorId: uuid('actor_id'),
    action: text('action').notNull(),
    targetKind: text('target_kind'),
    targetId: uuid('target_id'),
    conversationId: uuid('conversation_id'),
    details: jsonb('details').$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [index('audit_log_at').on(t.at, t.id)],
);
