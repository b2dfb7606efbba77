import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { type LogLine, startNode, type TestNode } from './node.js';
import { aGroup, type Group } from './people.js';
import { asAdmin, ENGINE } from './test-database.js';
import type { TestSocket } from './test-socket.js';

let node: TestNode;
let group: Group;
let socket: TestSocket;

beforeEach(async () => {
  node = await startNode();
  group = await aGroup(node);
  socket = await group.owner.connect();
  await socket.say(group.id, 'before');
});
afterEach(() => node.close());

const server = process.env.PARLEY_TEST_POSTGRES_URL ?? '';
const nameOf = async () => (await node.rows<{ name: string }>(sql`SELECT current_database() AS name`))[0]?.name ?? '';
const ready = async () => (await fetch(`${node.url}/health/ready`)).status;
const sending = () => socket.ask('message:send', { conversationId: group.id, content: 'now' });
/** Connections that somebody else ended are told one by one. */
const loud = () =>
  node.logs.filter(
    ({ level, msg }) => (level === 'error' || level === 'warn') && !String(msg).includes('connection was lost'),
  );

/** Refused as what comes back, told to whoever looks, and over without anybody's doing. */
async function goesAndComes(spoil: () => Promise<unknown>, mend: () => Promise<unknown>): Promise<LogLine[]> {
  await spoil();
  await eventually('a send is refused', async () => (await sending()).error);
  await socket.first('service:degraded', ({ part }) => part === 'database');
  expect((await sending()).error).toMatchObject({ code: 'service_unavailable', retryable: true });
  expect((await group.owner.post(`/conversations/${group.id}/read`, { seq: 1 })).status).toBe(503);
  expect(await ready()).toBe(503);
  expect(socket.ended).toBeNull();
  await mend();
  await socket.first('service:restored', ({ part }) => part === 'database');
  expect(await ready()).toBe(200);
  expect((await sending()).success).toBe(true);
  return loud();
}

const ONE_LINE = [expect.objectContaining({ level: 'error', reason: expect.any(String) })];

/** Makes every new message fail like this for a while, or until that is mended from outside the node. */
const failing = (state: string) =>
  node.rows(
    sql.raw(`DO $do$ BEGIN
      EXECUTE format($f$CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF clock_timestamp() < %L THEN RAISE EXCEPTION 'spoilt' USING ERRCODE = '${state}'; END IF;
        RETURN NEW; END $$ $f$, clock_timestamp() + interval '${ENGINE === 'postgres' ? 600 : 8} seconds');
      CREATE TRIGGER spoil BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION spoil();
    END $do$`),
  );
/** The embedded database, which has no outside, mends itself. */
async function mended(name: string): Promise<void> {
  if (ENGINE !== 'postgres') return;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await asAdmin(url.href, (admin) => admin.query('DROP TRIGGER spoil ON messages'));
}

describe('a database that is there and cannot be written to', () => {
  it.each(['53100', '25006'])('%s is refused for now, reported, and over by itself', async (state) => {
    const name = await nameOf();
    const loudLines = await goesAndComes(
      () => failing(state),
      () => mended(name),
    );
    expect(loudLines).toEqual(ONE_LINE);
  });

  it('one statement that took too much memory is refused for now, and no other', async () => {
    await node.rows(
      sql`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'spoilt' USING ERRCODE = '53200'; END $$`,
    );
    await node.rows(
      sql`CREATE TRIGGER spoil BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.content = 'too much') EXECUTE FUNCTION spoil()`,
    );
    const { error } = await socket.ask('message:send', { conversationId: group.id, content: 'too much' });
    expect(error).toMatchObject({ code: 'service_unavailable', retryable: true });
    await eventually('it serves the others', async () => (await sending()).success);
    expect(await ready()).toBe(200);
    expect(socket.all('service:degraded')).toEqual([]);
  });

  if (ENGINE !== 'postgres') return;

  it('read-only by a setting of the database, noticed without a send', async () => {
    const name = await nameOf();
    const loudLines = await goesAndComes(
      async () => {
        await asAdmin(server, (admin) => admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`));
        await socket.first('service:degraded');
      },
      () => asAdmin(server, (admin) => admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`)),
    );
    expect(loudLines).toEqual(ONE_LINE);
  });

  it('read-only for new sessions alone, the others having been ended', async () => {
    const name = await nameOf();
    const loudLines = await goesAndComes(
      () =>
        asAdmin(server, async (admin) => {
          await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
          await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
        }),
      () => asAdmin(server, (admin) => admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`)),
    );
    expect(loudLines).toEqual(ONE_LINE);
  });

  it('a lock that the server has yet to take from a session of ours is no other node’s', async () => {
    const url = new URL(server);
    url.pathname = `/${await nameOf()}`;
    const locks = () =>
      node.rows<{ number: string; pid: number; granted: boolean; name: string }>(
        sql`SELECT (classid::bigint << 32 | objid::bigint)::text AS number, pid, granted, application_name AS name
              FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE locktype = 'advisory' AND datname = current_database()`,
      );
    const [first] = await locks();
    const heir = new pg.Client({ connectionString: url.href, application_name: 'heir' });
    await heir.connect();
    // Has the lock as soon as that session is over, as if this took the server so long.
    const taken = heir
      .query('SELECT pg_advisory_lock($1)', [first?.number])
      .then(() => heir.query('SELECT pg_sleep(0.3)'));
    await eventually('it is waited for', async () => (await locks()).find(({ granted }) => !granted));
    await node.rows(sql`SELECT pg_terminate_backend(${first?.pid}::int)`);
    await taken;
    await heir.end();
    await eventually('it is ours again', async () =>
      (await locks()).find(({ granted }) => granted)?.name.startsWith('parley-watch'),
    );
    expect(loud()).toEqual([]);
  });

  it('a role that may not connect any more is refused for now, not as a fault of ours', async () => {
    const name = await nameOf();
    await asAdmin(server, async (admin) => {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    });
    await eventually('a send is refused', async () => (await sending()).error);
    expect((await sending()).error).toMatchObject({ code: 'service_unavailable' });
    await asAdmin(server, (admin) => admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`));
    await eventually('it serves again', async () => (await sending()).success);
  });
});
