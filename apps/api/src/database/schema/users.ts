import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytes, counter, time } from './columns.js';

export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    /** The host product's own id (`sub` of its tokens). */
    externalId: text('external_id').unique(),
    /** Lower case. */
    username: text('username').notNull(),
    email: text('email'),
    displayName: text('display_name').notNull(),
    avatarUrl: text('avatar_url'),
    /** SHA-256 of the name and picture last taken from a host token: they are taken again only when those change. */
    claimsHash: bytes('claims_hash'),
    /** Null for people who sign in elsewhere. */
    passwordHash: text('password_hash'),
    role: text('role', { enum: ['admin', 'user'] })
      .notNull()
      .default('user'),
    isBot: boolean('is_bot').notNull().default(false),
    isDisabled: boolean('is_disabled').notNull().default(false),
    status: text('status', { enum: ['online', 'offline'] })
      .notNull()
      .default('offline'),
    lastSeenAt: time('last_seen_at'),
    /** Rises under this row's lock with each conversation gained or lost. */
    membershipVersion: counter('membership_version').notNull().default(0),
    createdAt: time('created_at').notNull().default(sql`date_trunc('milliseconds', now())`),
    updatedAt: time('updated_at').notNull().default(sql`date_trunc('milliseconds', now())`),
  },
  (t) => [
    uniqueIndex('users_username_key').on(t.username),
    // Searching people by the beginning of a name, in any collation.
    index('users_username_prefix').on(t.username.op('text_pattern_ops')),
    index('users_display_name_prefix').on(sql`lower(${t.displayName}) text_pattern_ops`),
  ],
);
