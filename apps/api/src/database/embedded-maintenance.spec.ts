import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedClient } from './embedded-client.js';
import { EmbeddedMaintenance } from './embedded-maintenance.js';

const KEPT_LOG = 1_000_000;

describe('the maintenance of the embedded database', () => {
  let directory: string;
  let engine: EmbeddedClient;
  let maintenance: EmbeddedMaintenance;
  let keepsLog = false;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'parley-maintenance-'));
    engine = await EmbeddedClient.openUnsynced(join(directory, 'database'));
    maintenance = new EmbeddedMaintenance((work) => work(engine), { keepsLog: () => keepsLog, logBytes: KEPT_LOG });
    await engine.query('CREATE TABLE counted (id integer PRIMARY KEY, number integer, padding text)');
    await engine.query(`INSERT INTO counted SELECT i, 0, repeat('x', 200) FROM generate_series(1, 20000) i`);
    await engine.query('UPDATE counted SET number = number + 1');
    // Else a session tells of what it has done a second later.
    await engine.query('SELECT pg_stat_force_next_flush()');
  });

  afterAll(async () => {
    await engine.end();
    rmSync(directory, { recursive: true });
  });

  const one = async (text: string) => Object.values((await engine.query<object>(text)).rows[0] ?? {})[0] as unknown;
  const logged = () =>
    one('SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 FROM pg_control_checkpoint()');
  const dead = () => one(`SELECT n_dead_tup::int FROM pg_stat_user_tables WHERE relname = 'counted'`);

  it('has tables that changed vacuumed and counted, and lets the log begin anew', async () => {
    expect(await dead()).toBe(20_000);
    expect(await logged()).toBeGreaterThan(KEPT_LOG);
    await maintenance.run();
    expect(await dead()).toBe(0);
    expect(await one(`SELECT reltuples::int FROM pg_class WHERE relname = 'counted'`)).toBe(20_000);
    await maintenance.run();
    expect(await logged()).toBeLessThan(KEPT_LOG);
  });

  it('keeps the log while somebody copies the files', async () => {
    await engine.query('UPDATE counted SET number = number + 1');
    const before = await logged();
    keepsLog = true;
    await maintenance.run();
    keepsLog = false;
    expect(await logged()).toBeGreaterThanOrEqual(before as number);
  });

  it('leaves alone what has not changed', async () => {
    await maintenance.run();
    const before = await one('SELECT pg_current_wal_insert_lsn()::text');
    await maintenance.run();
    expect(await one('SELECT pg_current_wal_insert_lsn()::text')).toBe(before);
  });
});
