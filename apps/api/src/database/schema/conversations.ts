import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { bytes, counter, time } from './columns.js';
import { users } from './users.js';

export const conversations = pgTable(
  'conversations',
  {
    id: uuid('id').primaryKey(),
    type: text('type', { enum: ['direct', 'group'] }).notNull(),
    name: text('name'),
    createdBy: uuid('created_by')
      .notNull()
      .references(() => users.id),
    createdAt: time('created_at').notNull(),
    /** Time of the last message, else of creation. */
    updatedAt: time('updated_at').notNull(),
    isArchived: boolean('is_archived').notNull().default(false),
    memberCount: integer('member_count').notNull(),
    /** Messages before this one have expired. */
    firstSeq: counter('first_seq').notNull().default(1),
    lastSeq: counter('last_seq').notNull().default(0),
    /** Counts every durable change, creation being the first: the clients' cursor. */
    version: counter('version').notNull().default(1),
    /** Of the versions up to this one some may be nowhere any more: a stream that is further behind cannot go on. */
    trimmedVersion: counter('trimmed_version').notNull().default(0),
    /** How many messages are not `system`. */
    countable: counter('countable').notNull().default(0),
    /** How many of these have expired: they are nobody's unread messages. */
    expiredCountable: counter('expired_countable').notNull().default(0),
    /** After so many days its messages expire; null: as the server has it. */
    retentionDays: integer('retention_days'),
    /** Its messages stay, however old they are. */
    isHeld: boolean('is_held').notNull().default(false),
    /** The two user ids in order, for direct conversations: each pair has one. */
    directKey: text('direct_key').unique(),
    /** SHA-256 of the request, where the client named the id. */
    creationHash: bytes('creation_hash'),
  },
  (t) => [index('conversations_own_retention').on(t.id).where(sql`retention_days IS NOT NULL`)],
);

/** The counter of watermark moves, in a row of its own so that reading never waits for sending. */
export const conversationReceipts = pgTable('conversation_receipts', {
  conversationId: uuid('conversation_id')
    .primaryKey()
    .references(() => conversations.id, { onDelete: 'cascade' }),
  receipts: counter('receipts').notNull().default(0),
});
