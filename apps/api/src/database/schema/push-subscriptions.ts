import { boolean, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bytes, time } from './columns.js';
import { refreshSessions } from './refresh-sessions.js';
import { users } from './users.js';

/** Browsers that are told of messages while the app is closed there. */
export const pushSubscriptions = pgTable(
  'push_subscriptions',
  {
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    /** In which it was made, and without which it is nothing; null: its user has none, being the host product's. */
    sessionId: uuid('session_id').references(() => refreshSessions.id, { onDelete: 'cascade' }),
    endpoint: text('endpoint').notNull(),
    /** SHA-256: an index holds no addresses as long as these may be. */
    endpointHash: bytes('endpoint_hash').notNull(),
    p256dh: text('p256dh').notNull(),
    auth: text('auth').notNull(),
    isPrivate: boolean('is_private').notNull().default(false),
    createdAt: time('created_at').notNull(),
    /** When it was made last: the app does it again whenever it starts. */
    renewedAt: time('renewed_at').notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  (t) => [
    unique('push_subscriptions_endpoint').on(t.endpointHash),
    index('push_subscriptions_user').on(t.userId),
    index('push_subscriptions_session').on(t.sessionId),
  ],
);
