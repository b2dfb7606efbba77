import { type SQL, sql } from 'drizzle-orm';

interface Range {
  conversationId: string;
  after: number;
  upTo: number;
}

/** Ranges of versions as a table `q (id, after, up_to)`, so that many conversations are read in one query. */
export function versionRanges(ranges: readonly Range[]): SQL {
  const ids = sql.param(ranges.map(({ conversationId }) => conversationId));
  const after = sql.param(ranges.map((range) => range.after));
  const upTo = sql.param(ranges.map((range) => range.upTo));
  return sql`unnest(${ids}::uuid[], ${after}::bigint[], ${upTo}::bigint[]) AS q (id, after, up_to)`;
}
