import type { Metadata, ReactionCount } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bytes, counter, time } from './columns.js';
import { conversationParticipants } from './participants.js';
import { users } from './users.js';

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
    /** A string where it is encrypted, and the text with it. */
    metadata: jsonb('metadata').$type<Metadata | string>().notNull().default({}),
    mentions: uuid('mentions').array().notNull().default(sql`'{}'`),
    /** Counts by emoji in the order in which each came first: the rows of `message_reactions`, ready to be shown. */
    reactions: jsonb('reactions').$type<ReactionCount[]>().notNull().default([]),
    replyToId: uuid('reply_to_id'),
    replyToSeq: counter('reply_to_seq'),
    replyToSenderId: uuid('reply_to_sender_id'),
    /** Always null: what is quoted may be edited or deleted. Nodes of before name it in their queries still. */
    replyExcerpt: text('reply_excerpt'),
    /** What replies show of the text; null where that is all of it, and in rows of before it was stored. */
    excerpt: text('excerpt'),
    /** Bytes of text and metadata as they are written out; null in rows of before it was counted. */
    storedBytes: integer('stored_bytes'),
    /** SHA-256 of what was received: distinguishes a repeat from another message under the same id. */
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
    // For pages of one type; nearly all are text, and those are found without.
    index('messages_type').on(t.conversationId, t.type, t.seq).where(sql`type <> 'text'`),
    // One reference that stands for two: a participant's row refers to both the conversation and the user.
    foreignKey({
      name: 'messages_sender',
      columns: [t.conversationId, t.senderId],
      foreignColumns: [conversationParticipants.conversationId, conversationParticipants.userId],
    }),
  ],
);

/** Who reacted to which message with what. */
export const messageReactions = pgTable(
  'message_reactions',
  {
    id: uuid('id').notNull().default(sql`gen_random_uuid()`),
    conversationId: uuid('conversation_id').notNull(),
    seq: counter('seq').notNull(),
    messageId: uuid('message_id').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    emoji: text('emoji').notNull(),
    createdAt: time('created_at').notNull().default(sql`date_trunc('milliseconds', now())`),
  },
  (t) => [
    // One a person and emoji: a message is its conversation and seq.
    primaryKey({ columns: [t.conversationId, t.seq, t.emoji, t.userId] }),
    foreignKey({
      name: 'message_reactions_message',
      columns: [t.conversationId, t.seq],
      foreignColumns: [messages.conversationId, messages.seq],
    }).onDelete('cascade'),
  ],
);

/** What messages were before their edits. */
export const messageEditHistory = pgTable(
  'message_edit_history',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    conversationId: uuid('conversation_id').notNull(),
    seq: counter('seq').notNull(),
    messageId: uuid('message_id').notNull(),
    /** The version of the edit that replaced this. */
    version: counter('version').notNull(),
    originalContent: text('original_content').notNull(),
    /** Likewise. */
    originalMetadata: jsonb('original_metadata').$type<Metadata | string>().notNull(),
    editedBy: uuid('edited_by')
      .notNull()
      .references(() => users.id),
    editedAt: time('edited_at').notNull(),
  },
  (t) => [
    index('message_edit_history_version').on(t.conversationId, t.seq, t.version),
    foreignKey({
      name: 'message_edit_history_message',
      columns: [t.conversationId, t.seq],
      foreignColumns: [messages.conversationId, messages.seq],
    }).onDelete('cascade'),
  ],
);
