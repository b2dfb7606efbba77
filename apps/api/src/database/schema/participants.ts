import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { counter, time } from './columns.js';
import { conversations } from './conversations.js';
import { users } from './users.js';

/** One row a member, present or departed: coming back revives it. */
export const conversationParticipants = pgTable(
  'conversation_participants',
  {
    id: uuid('id').notNull().default(sql`gen_random_uuid()`),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    role: text('role', { enum: ['owner', 'admin', 'member'] }).notNull(),
    joinedAt: time('joined_at').notNull(),
    leftAt: time('left_at'),
    /** The conversation's version at this row's latest change. */
    version: counter('version').notNull(),
    /** The user's membership version when they last came or went. */
    userVersion: counter('user_version').notNull(),
    lastReadSeq: counter('last_read_seq').notNull().default(0),
    lastDeliveredSeq: counter('last_delivered_seq').notNull().default(0),
    readAt: time('read_at'),
    deliveredAt: time('delivered_at'),
    /** The receipts number of this row's latest move that took one. */
    receiptsVersion: counter('receipts_version').notNull().default(0),
    /** `countable` of the message at `lastReadSeq`: unread = the conversation's minus this. */
    readCountable: counter('read_countable').notNull().default(0),
    /** Until when they may say nothing here; in the past where that is over. */
    silencedUntil: time('silenced_until'),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.userId] }),
    index('participants_user').on(t.userId, t.userVersion),
    index('participants_version').on(t.conversationId, t.version),
    index('participants_receipts').on(t.conversationId, t.receiptsVersion),
  ],
);

/** One row a move of a read watermark: who read what when, without a row a message. */
export const readRanges = pgTable(
  'read_ranges',
  {
    conversationId: uuid('conversation_id').notNull(),
    userId: uuid('user_id').notNull(),
    fromSeq: counter('from_seq').notNull(),
    toSeq: counter('to_seq').notNull(),
    at: time('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.conversationId, t.userId, t.toSeq] })],
);

/** Who was mentioned where; counted beyond the member's watermark. */
export const mentions = pgTable(
  'mentions',
  {
    userId: uuid('user_id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    seq: counter('seq').notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.conversationId, t.seq] })],
);
