import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { counter, time } from './columns.js';
import { conversations } from './conversations.js';

/** What a change row has beyond its subject; which keys there are depends on `kind`. */
export interface ChangeData {
  userIds?: string[];
  isArchived?: boolean;
  mentionsAdded?: string[];
  mentionsRemoved?: string[];
  emoji?: string;
  action?: 'added' | 'removed';
}

/** A row for every durable change that is not a new message, so that a stream can read any gap. */
export const conversationChanges = pgTable(
  'conversation_changes',
  {
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    version: counter('version').notNull(),
    kind: text('kind').notNull(),
    subjectId: uuid('subject_id'),
    actorId: uuid('actor_id').notNull(),
    data: jsonb('data').$type<ChangeData>().notNull().default({}),
    createdAt: time('created_at').notNull().default(sql`date_trunc('milliseconds', now())`),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.version] }), index('changes_age').on(t.createdAt)],
);
