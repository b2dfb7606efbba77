import { getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import type { PlainSession } from './plain-session.js';
import * as schema from './schema/index.js';

/** Characters of rows that are handed on together, about: a row more may come to it. */
const CHUNK = 1_048_576;
const ROWS_FIRST = 20;
const MOST_ROWS = 500;

/** Some rows of one table: each a line of JSON, in which the database itself reads it again. */
export interface RowChunk {
  rows: number;
  lines: string;
}

const OURS = Object.values(schema).flatMap((each) => (is(each, PgTable) ? [getTableName(each)] : []));

/** Our tables that a database has, each after those that it refers to. */
export async function tablesIn(session: PlainSession): Promise<string[]> {
  const tables = await session.query<{ name: string; before: string[] }>(
    `SELECT c.relname AS name, coalesce(array_agg(f.relname::text) FILTER (WHERE f.oid <> c.oid), '{}') AS before
       FROM pg_class c
       JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = current_schema()
       LEFT JOIN pg_constraint r ON r.conrelid = c.oid AND r.contype = 'f'
       LEFT JOIN pg_class f ON f.oid = r.confrelid
      WHERE c.relkind IN ('r', 'p') AND c.relname = ANY (string_to_array($1, ','))
      GROUP BY c.relname ORDER BY c.relname`,
    [OURS.join(',')],
  );
  const ordered: string[] = [];
  while (ordered.length < tables.length) {
    const next = tables.filter(
      ({ name, before }) => !ordered.includes(name) && before.every((it) => ordered.includes(it)),
    );
    if (next.length === 0) throw new Error('The tables of this database refer to each other in a circle.');
    ordered.push(...next.map(({ name }) => name));
  }
  return ordered;
}

/** All rows of a table, within a transaction, with few in memory at a time. */
export async function* rowsIn(session: PlainSession, table: string): AsyncGenerator<RowChunk> {
  await session.exec(
    `DECLARE all_rows NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS line FROM ${quoted(table)} t`,
  );
  let [lines, characters, most]: [string[], number, number] = [[], 0, ROWS_FIRST];
  for (;;) {
    const fetched = await session.query<{ line: string }>(`FETCH ${most} FROM all_rows`);
    for (const { line } of fetched) {
      lines.push(line);
      characters += line.length + 1;
      if (characters < CHUNK) continue;
      yield { rows: lines.length, lines: `${lines.join('\n')}\n` };
      [lines, characters] = [[], 0];
    }
    if (fetched.length < most) break;
    const average = fetched.reduce((sum, { line }) => sum + line.length, 0) / fetched.length;
    most = Math.max(ROWS_FIRST, Math.min(MOST_ROWS, Math.floor(CHUNK / average)));
  }
  if (lines.length > 0) yield { rows: lines.length, lines: `${lines.join('\n')}\n` };
  await session.exec('CLOSE all_rows');
}

/** Writes rows as they were read, into the columns that are not made of others. @returns how many. */
export async function insertRows(session: PlainSession, table: string, lines: string): Promise<number> {
  const columns = (await columnsOf(session, table)).map(({ name }) => quoted(name)).join(', ');
  const rows = `[${lines.trimEnd().replaceAll('\n', ',')}]`;
  const [written] = await session.query<{ rows: number }>(
    `WITH written AS (
       INSERT INTO ${quoted(table)} (${columns}) OVERRIDING SYSTEM VALUE
       SELECT ${columns} FROM json_populate_recordset(NULL::${quoted(table)}, $1::text::json) RETURNING 1)
     SELECT count(*)::integer AS rows FROM written`,
    [rows],
  );
  return written?.rows ?? 0;
}

/** Numbers that the database gives go on after the highest that was written. */
export async function advanceNumbers(session: PlainSession, table: string): Promise<void> {
  for (const { name, isNumbered } of await columnsOf(session, table)) {
    if (!isNumbered) continue;
    const column = quoted(name);
    await session.query(
      `SELECT setval(pg_get_serial_sequence($1, $2), coalesce(max(${column}), 1), max(${column}) IS NOT NULL)
         FROM ${quoted(table)}`,
      [quoted(table), name],
    );
  }
}

/** Those of these tables that have a row. */
export async function tablesWithRows(session: PlainSession, tables: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const table of tables) {
    const [row] = await session.query<{ some: boolean }>(`SELECT EXISTS (SELECT 1 FROM ${quoted(table)}) AS some`);
    if (row?.some) found.push(table);
  }
  return found;
}

/** Of those that can be written. */
function columnsOf(session: PlainSession, table: string): Promise<{ name: string; isNumbered: boolean }[]> {
  return session.query(
    `SELECT attname AS name, attidentity <> '' AS "isNumbered" FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`,
    [quoted(table)],
  );
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
