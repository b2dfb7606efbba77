import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { counter, time } from './columns.js';
import { conversations } from './conversations.js';
import { users } from './users.js';

/** What members want of their conversations for themselves: one row a member who has ever changed any of it. */
export const conversationSettings = pgTable(
  'conversation_settings',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    notifications: text('notifications', { enum: ['all', 'mentions', 'none'] })
      .notNull()
      .default('all'),
    mutedUntil: time('muted_until'),
    pinnedAt: time('pinned_at'),
    /** The last message when it was hidden. */
    hiddenSeq: counter('hidden_seq'),
    unreadSeq: counter('unread_seq'),
    version: counter('version').notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.conversationId] }),
    index('conversation_settings_conversation').on(t.conversationId),
  ],
);
