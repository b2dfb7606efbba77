import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

/** A row's place in a list that is sorted by a time and then by an id. */
export type TimePlace = readonly [at: string, id: string];

/** Whether a row comes behind this place of its list; undefined: every row does. */
export function isBehind(
  [time, id]: readonly [SQLWrapper, SQLWrapper],
  order: 'asc' | 'desc',
  place: TimePlace | null,
): SQL | undefined {
  if (!place) return undefined;
  const [at, placeId] = place;
  return sql`(${time}, ${id}) ${sql.raw(order === 'asc' ? '>' : '<')} (${at}::timestamptz, ${placeId}::uuid)`;
}
