import type { Metadata } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { foreignKey, index, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bytes, counter, time } from './columns.js';
import { conversationParticipants } from './participants.js';

/**
 * Messages, tombstones included. Every unique constraint begins with the conversation, so that the table can be
 * partitioned by it.
 */
export const messages = pgTable(
  'messages',
  {
    conversationId: uuid('conversation_id').notNull(),
    seq: counter('seq').notNull(),
    id: uuid('id').notNull(),
    clientMessageId: uuid('client_message_id').notNull(),
    senderId: uuid('sender_id').notNull(),
    senderType: text('sender_type', { enum: ['user', 'bot', 'system'] }).notNull(),
    type: text('type', { enum: ['text', 'image', 'file', 'system', 'data'] }).notNull(),
    content: text('content').notNull(),
    metadata: jsonb('metadata').$type<Metadata>().notNull().default({}),
    mentions: uuid('mentions').array().notNull().default(sql`'{}'`),
    replyToId: uuid('reply_to_id'),
    replyToSeq: counter('reply_to_seq'),
    replyToSenderId: uuid('reply_to_sender_id'),
    /** Frozen when the reply was sent. */
    replyExcerpt: text('reply_excerpt'),
    /** SHA-256 of what was received: tells a repeat from another message under the same id. */
    payloadHash: bytes('payload_hash').notNull(),
    /** The version of this message's `message:new`; never changes. */
    createdVersion: counter('created_version').notNull(),
    /** The version of its latest change. */
    version: counter('version').notNull(),
    /** How many messages that are not `system` came up to and including this one. */
    countable: counter('countable').notNull(),
    createdAt: time('created_at').notNull(),
    editedAt: time('edited_at'),
    deletedAt: time('deleted_at'),
    deletedBy: uuid('deleted_by'),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.seq] }),
    unique('messages_idempotency').on(t.conversationId, t.senderId, t.clientMessageId),
    index('messages_id').on(t.id),
    index('messages_version').on(t.conversationId, t.version),
    index('messages_created').on(t.conversationId, t.createdAt),
    // One reference that stands for two: a participant's row refers to both the conversation and the user.
    foreignKey({
      name: 'messages_sender',
      columns: [t.conversationId, t.senderId],
      foreignColumns: [conversationParticipants.conversationId, conversationParticipants.userId],
    }),
  ],
);
