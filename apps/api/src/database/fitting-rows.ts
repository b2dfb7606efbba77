import { type SQL, sql } from 'drizzle-orm';

/**
 * Of `candidates`, rows with their `bytes`, in this order of columns of `c`, the first `limit` of which an answer has room
 * for `bytes`, one at least: as a table `k`, with `nth` and with the `total` of the candidates.
 */
export function fittingRows(candidates: SQL, order: SQL, most: { limit: number; bytes: number }): SQL {
  return sql`(
    SELECT * FROM (
      SELECT c.*, row_number() OVER w AS nth, sum(c.bytes) OVER w AS taken, count(*) OVER () AS total
        FROM (${candidates}) c
      WINDOW w AS (ORDER BY ${order})) s
     WHERE s.nth = 1 OR (s.nth <= ${most.limit} AND s.taken <= ${most.bytes})) AS k`;
}

/** What was read of `fittingRows`, each row with its `total`. */
export function fittedRows<T>(read: readonly { row: T; total: number }[]): { rows: T[]; hasMore: boolean } {
  return { rows: read.map(({ row }) => row), hasMore: (read[0]?.total ?? 0) > read.length };
}

/**
 * Of `candidates`, rows with their `id`, `bytes` and `nth`, every first one, and as many of the others as take so many
 * bytes with them, the lowest `nth` first: as a table `k`.
 */
export function firstOfEach(candidates: SQL, bytes: number): SQL {
  return sql`(
    SELECT * FROM (
      SELECT c.*, sum(c.bytes) OVER (ORDER BY c.nth, c.id) AS taken FROM (${candidates}) c) s
     WHERE s.nth = 1 OR s.taken <= ${bytes}) AS k`;
}
