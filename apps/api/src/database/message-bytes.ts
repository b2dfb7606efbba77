import { type SQL, sql } from 'drizzle-orm';

/** What of a message's answer is neither text nor metadata: ids, times, keys. */
const FRAME_BYTES = 500;
/** A mentioned user: the id, and some of what a page shows of them. */
const MENTION_BYTES = 240;
const REACTION_BYTES = 24;

/**
 * About what a stored message takes of an answer, the quoted text included, computed without reading long values that
 * are stored apart. It bounds how many rows are read; which of them fit exactly is known afterwards. Reactions and
 * mentions count for more than their own size, because a page adds names to them.
 */
export function messageBytes(m: string): SQL {
  return sql.raw(`(${FRAME_BYTES} + ${storedBytes(m)} + ${MENTION_BYTES} * cardinality(${m}.mentions)
    + octet_length(${m}.reactions::text) + ${REACTION_BYTES} * jsonb_array_length(${m}.reactions)
    + CASE WHEN ${m}.reply_to_seq IS NULL THEN 0 ELSE coalesce((
        SELECT octet_length(text_for_excerpt(quoted.content)) FROM messages quoted
         WHERE quoted.conversation_id = ${m}.conversation_id AND quoted.seq = ${m}.reply_to_seq), 0) END)`);
}

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

/** About what a stored message takes by itself. */
export const ownBytes = (m: string): SQL => sql.raw(storedBytes(m));

/** Of compressed JSON the length is not known: rows that were never counted have to be read for it. */
const storedBytes = (m: string): string =>
  `coalesce(${m}.stored_bytes, octet_length(${m}.content) + octet_length(${m}.metadata::text))`;
