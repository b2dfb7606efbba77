/** What the writer promises: for each number a few rows, in which it can be seen that they are whole. */
const PARTS = '1 + id % 40';
const TEXT = `repeat(md5(id || '/' || part), 1 + part % 60)`;

export const PROMISES = 'CREATE TABLE IF NOT EXISTS promises (id int, part int, text text, PRIMARY KEY (id, part))';

/** Up to where there is something, and of how many numbers everything is there. */
export interface Found {
  last: number;
  whole: number;
}

export const FOUND = `SELECT coalesce(max(id), 0)::int AS last, count(*) FILTER (WHERE parts = ${PARTS} AND is_right)::int AS whole
  FROM (SELECT id, count(*) AS parts, bool_and(text = ${TEXT}) AS is_right FROM promises GROUP BY id) AS each`;

export const promise = (id: number): string => `INSERT INTO promises SELECT id, part, ${TEXT}
  FROM (SELECT ${id} AS id) AS one, LATERAL generate_series(1, ${PARTS}) AS part`;
