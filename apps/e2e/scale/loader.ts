import type { Client } from 'pg';
import { historySteps, type Step } from './history-sql.js';
import { ROW_STEPS } from './rows-sql.js';
import type { Size } from './size.js';

/** For this session only. Rows are made consistent, so nothing needs to be checked row by row. */
const SETTINGS = `
SET session_replication_role = replica;
SET synchronous_commit = off;
SET work_mem = '256MB';
SET temp_buffers = '512MB';
SET jit = off;
SET timezone = 'UTC';
`;

/**
 * Fills an empty, migrated database with conversations as the server would have stored them, set by set, in one
 * transaction; then lets Postgres count and tidy what is there.
 * @param tell called with each step and its seconds.
 */
export async function load(client: Client, size: Size, tell: (line: string) => void = () => undefined): Promise<void> {
  const timed = async ({ makes, sql }: Step) => {
    const begun = performance.now();
    await client.query(sql);
    tell(`${makes}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  };
  await client.query(SETTINGS);
  await client.query('BEGIN');
  for (const step of [...historySteps(size), ...ROW_STEPS]) await timed(step);
  await client.query('COMMIT');
  await client.query('DISCARD TEMP');
  await timed({ makes: 'counted and tidied', sql: 'VACUUM (ANALYZE)' });
}
