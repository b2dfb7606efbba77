import { boolean, index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { time } from './columns.js';

/** One row a running node; `seen_at` moves every few seconds for as long as it lives. */
export const nodes = pgTable('nodes', {
  id: uuid('id').primaryKey(),
  seenAt: time('seen_at').notNull(),
});

/** Who has sockets where: one row a user and node, while that node has sockets of the user. */
export const nodeUsers = pgTable(
  'node_users',
  {
    nodeId: uuid('node_id')
      .notNull()
      .references(() => nodes.id),
    userId: uuid('user_id').notNull(),
    /** All of the user's sockets there are idle. */
    isIdle: boolean('is_idle').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.nodeId, t.userId] }), index('node_users_user').on(t.userId)],
);
