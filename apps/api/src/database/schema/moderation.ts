import { sql } from 'drizzle-orm';
import { index, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { counter, time } from './columns.js';
import { conversations } from './conversations.js';
import { users } from './users.js';

const now = sql`date_trunc('milliseconds', now())`;

/** Whose direct messages a user refuses, and whose words they fold in groups. */
export const userBlocks = pgTable(
  'user_blocks',
  {
    blockerId: uuid('blocker_id')
      .notNull()
      .references(() => users.id),
    blockedId: uuid('blocked_id')
      .notNull()
      .references(() => users.id),
    createdAt: time('created_at').notNull().default(now),
  },
  (t) => [primaryKey({ columns: [t.blockerId, t.blockedId] })],
);

/** Who cannot be added to a group, whether or not they were in it. */
export const conversationBans = pgTable(
  'conversation_bans',
  {
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    bannedBy: uuid('banned_by')
      .notNull()
      .references(() => users.id),
    bannedAt: time('banned_at').notNull().default(now),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.userId] }),
    index('conversation_bans_latest').on(t.conversationId, t.bannedAt, t.userId),
  ],
);

/** Messages that members have reported, each once a reporter. */
export const messageReports = pgTable(
  'message_reports',
  {
    id: uuid('id').primaryKey(),
    /** Who decides on it: the leaders of the group, or the server's admins where the conversation is direct. */
    scope: text('scope', { enum: ['group', 'server'] }).notNull(),
    conversationId: uuid('conversation_id')
      .notNull()
      .references(() => conversations.id, { onDelete: 'cascade' }),
    messageId: uuid('message_id').notNull(),
    seq: counter('seq').notNull(),
    senderId: uuid('sender_id').notNull(),
    reporterId: uuid('reporter_id')
      .notNull()
      .references(() => users.id),
    reason: text('reason').notNull(),
    comment: text('comment'),
    /** The text as it was reported, for those who cannot read the conversation; null in groups. */
    content: text('content'),
    createdAt: time('created_at').notNull().default(now),
    resolvedAt: time('resolved_at'),
    resolvedBy: uuid('resolved_by'),
  },
  (t) => [
    unique('message_reports_once').on(t.messageId, t.reporterId),
    index('message_reports_conversation').on(t.conversationId, t.createdAt, t.id),
    index('message_reports_reporter').on(t.reporterId, t.id),
    index('message_reports_scope').on(t.scope, t.createdAt, t.id),
    // Those that are open are what is asked for, and few beside all that ever were.
    index('message_reports_open_conversation').on(t.conversationId, t.createdAt, t.id).where(sql`resolved_at IS NULL`),
    index('message_reports_open_scope').on(t.scope, t.createdAt, t.id).where(sql`resolved_at IS NULL`),
  ],
);
