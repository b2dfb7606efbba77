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
    /** The display name as it is searched: folded by us, because what `lower` does depends on the database's locale. */
    foldedName: text('folded_name'),
    /** The display name that was folded; a display name that differs was written by another program. */
    foldedFrom: text('folded_from'),
    avatarUrl: text('avatar_url'),
    /** Name and picture of the newest host token seen: each is taken again only when it changes. */
    claimedName: text('claimed_name'),
    /** `''`: that there is none. */
    claimedPicture: text('claimed_picture'),
    /** Its `iat` in milliseconds since 1970; null where the token had none. */
    claimsIssuedMs: counter('claims_issued_ms'),
    /** SHA-256 of both, by which the build before this one knows that nothing has changed. */
    claimsHash: bytes('claims_hash'),
    /** Null for people who sign in elsewhere. */
    passwordHash: text('password_hash'),
    role: text('role', { enum: ['admin', 'user'] })
      .notNull()
      .default('user'),
    isBot: boolean('is_bot').notNull().default(false),
    isDisabled: boolean('is_disabled').notNull().default(false),
    /** When they left for good: what was theirs in this row is gone then, and `is_disabled` keeps them out. */
    deletedAt: time('deleted_at'),
    status: text('status', { enum: ['online', 'offline'] })
      .notNull()
      .default('offline'),
    /** Online, and idle on all devices. A column of its own: the release before this one knows two statuses. */
    isAway: boolean('is_away').notNull().default(false),
    /** Others see neither of the two, and no time. */
    isHidden: boolean('is_hidden').notNull().default(false),
    lastSeenAt: time('last_seen_at'),
    /** When what others see of the user's presence last changed; nodes find by it whom to tell of. */
    presenceAt: time('presence_at'),
    /** Rises under this row's lock with each conversation gained or lost. */
    membershipVersion: counter('membership_version').notNull().default(0),
    createdAt: time('created_at').notNull().default(sql`date_trunc('milliseconds', now())`),
    updatedAt: time('updated_at').notNull().default(sql`date_trunc('milliseconds', now())`),
  },
  (t) => [
    uniqueIndex('users_username_key').on(t.username),
    // Searching people by the beginning of a name, in any collation.
    index('users_username_prefix').on(t.username.op('text_pattern_ops')),
    index('users_folded_name_prefix').on(t.foldedName.op('text_pattern_ops')),
    index('users_not_folded').on(t.id).where(sql`folded_from IS DISTINCT FROM display_name`),
    // Few of many: whom to tell of a report, and whether an admin is the last one.
    index('users_admins').on(t.id).where(sql`role = 'admin'`),
    // What changed within the last seconds, which nodes read all the time.
    index('users_presence_at').on(t.presenceAt),
    index('users_updated_at').on(t.updatedAt),
    // For nodes of the version before, which search by it.
    index('users_display_name_prefix').on(sql`lower(${t.displayName}) text_pattern_ops`),
  ],
);
