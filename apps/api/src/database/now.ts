import { sql } from 'drizzle-orm';

/** The time at which the transaction began, to the millisecond, as columns have it. */
export const NOW = sql`date_trunc('milliseconds', now())`;
