import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';

/** One row: what belongs to the database as a whole. */
export const deployment = pgTable('deployment', {
  id: integer('id').primaryKey(),
  /** Renewed when a backup is restored, so that clients fetch everything again. */
  epoch: uuid('epoch').notNull(),
});
