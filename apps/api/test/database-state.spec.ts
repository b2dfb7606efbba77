import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
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

/** Makes every new message fail like this for a while. */
const failing = (state: string, seconds: number) =>
  node.rows(
    sql.raw(`DO $do$ BEGIN
      EXECUTE format($f$CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF clock_timestamp() < %L THEN RAISE EXCEPTION 'spoilt' USING ERRCODE = '${state}'; END IF;
        RETURN NEW; END $$ $f$, clock_timestamp() + interval '${seconds} seconds');
      CREATE TRIGGER spoil BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION spoil();
    END $do$`),
  );

describe('a database that is there and cannot be written to', () => {
  it.each(['53100', '25006'])('%s is refused for now, reported, and over by itself', async (state) => {
    const loudLines = await goesAndComes(
      () => failing(state, 5),
      async () => undefined,
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

  const server = process.env.PARLEY_TEST_POSTGRES_URL ?? '';
  const nameOf = async () => (await node.rows<{ name: string }>(sql`SELECT current_database() AS name`))[0]?.name;

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
