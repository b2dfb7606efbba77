import { pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { counter, time } from './columns.js';
import { conversations } from './conversations.js';

/**
 * What a repeat of a message that has expired is answered with: nothing of what it said, not even a hash, since that of a
 * short text tells it.
 */
export const expiredMessages = pgTable(
  'expired_messages',
  {
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    senderId: uuid('sender_id').notNull(),
    clientMessageId: uuid('client_message_id').notNull(),
    id: uuid('id').notNull(),
    seq: counter('seq').notNull(),
    createdVersion: counter('created_version').notNull(),
    createdAt: time('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.senderId, t.clientMessageId] })],
);
