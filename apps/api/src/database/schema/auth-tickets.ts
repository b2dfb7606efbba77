import { index, pgTable } from 'drizzle-orm/pg-core';
import { bytes, time } from './columns.js';

/** Tickets that were not used yet. Neither they nor the tokens that they stand for can be read from their rows. */
export const authTickets = pgTable(
  'auth_tickets',
  {
    /** Of the ticket. */
    hash: bytes('hash').primaryKey(),
    /** The token that the ticket stands for, encrypted with a key that the ticket alone yields. */
    sealedToken: bytes('sealed_token').notNull(),
    expiresAt: time('expires_at').notNull(),
  },
  (t) => [index('auth_tickets_expiry').on(t.expiresAt)],
);
