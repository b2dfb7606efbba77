import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';

/** One row: what belongs to the database as a whole. */
export const deployment = pgTable('deployment', {
  id: integer('id').primaryKey(),
  /** Renewed when a backup is restored, so that clients ask everything anew. */
  epoch: uuid('epoch').notNull(),
});
