import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, freshDirectory, PgBouncer, testCertificate } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { readEnvironment } from '../src/config/environment.js';
import { openBesideNodes, openDatabases } from '../src/database/open.js';
import { postgresSession } from '../src/database/plain-session.js';
import { migrationsHere, schemaOf } from '../src/database/schema-state.js';
import { lookAtServer } from '../src/database/server-facts.js';
import { databaseFindings } from '../src/doctor/database-checks.js';
import { EventReporter } from '../src/platform/telemetry/event-reporter.js';
import { createLog } from '../src/platform/telemetry/log.js';
import { startOn, type TestNode } from './node.js';
import { aGroup, type Person } from './people.js';
import { asAdmin, databaseWith, freshDatabase, type TestDatabase } from './test-database.js';

const server = process.env.PARLEY_TEST_POSTGRES_URL ?? '';
const direct = () => database.env.DATABASE_URL ?? '';
const SESSIONS = { pool_mode: 'session' };
const TRANSACTIONS = { pool_mode: 'transaction' };

let database: TestDatabase;
let closing: (() => Promise<unknown>)[];
beforeEach(async () => {
  database = await freshDatabase();
  closing = [() => database.remove()];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

async function pooler(settings: Record<string, string>, tls?: { cert: string; key: string }): Promise<PgBouncer> {
  const bouncer = await PgBouncer.start({ server, settings, ...(tls && { tls }) });
  closing.push(() => bouncer.close());
  return bouncer;
}

/** Goes with the test. */
function directory(): string {
  const made = freshDirectory('test');
  closing.push(async () => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A node on this URL, in a data directory of its own. */
async function nodeOn(url: string): Promise<TestNode> {
  const own = { env: { DATABASE_URL: url, DATA_DIR: directory() }, remove: async () => undefined };
  const node = await startOn(own, {});
  closing.push(() => node.close());
  return node;
}

const troubles = (node: TestNode) => node.logs.filter(({ level }) => level === 'error' || level === 'warn');
const shown = async (node: TestNode, setting: string) =>
  (await node.rows<{ value: string }>(sql`SELECT current_setting(${setting}) AS value`))[0]?.value;
const locks = async () => {
  let count = -1;
  await asAdmin(direct(), async (admin) => {
    const { rows } = await admin.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND datname = current_database()",
    );
    count = rows[0]?.count ?? -1;
  });
  return count;
};

async function serves(node: TestNode): Promise<void> {
  const { id, owner, members } = await aGroup(node);
  const socket = await (members[0] as Person).connect();
  await owner.say(id, 'by way of a pooler');
  expect(await socket.first('message:new')).toMatchObject({ message: { content: 'by way of a pooler' } });
  socket.close();
}

// Where it is not installed, `npm test` says so.
const PGBOUNCER = process.env.PARLEY_TEST_PGBOUNCER;

describe('PgBouncer that pools by sessions', () => {
  it('is no trouble: deadlines hold, whatever the database has set, a second node is refused, and a change is noticed', async () => {
    if (!PGBOUNCER) return;
    const name = new URL(direct()).pathname.slice(1);
    await asAdmin(direct(), (admin) => admin.query(`ALTER DATABASE "${name}" SET statement_timeout = '3h'`));
    const bouncer = await pooler(SESSIONS);
    const url = bouncer.url(direct());
    const node = await nodeOn(url);
    await serves(node);
    expect(await shown(node, 'statement_timeout')).toBe('10s');
    expect(await shown(node, 'lock_timeout')).toBe('2s');
    expect(await shown(node, 'idle_in_transaction_session_timeout')).toBe('10s');
    await expect(nodeOn(url)).rejects.toThrow('Another Parley node is using this database. Set REDIS_URL');
    expect(troubles(node)).toEqual([]);
    const found = await databaseFindings(url);
    expect(found.filter(({ level }) => level === 'error')).toEqual([]);
    const sentences = found.map(({ sentence }) => sentence);
    expect(sentences).toContain('A pooler stands before it, and pools by sessions.');
    expect(sentences).toContain('The tables of this build are there, in the schema public.');

    // Others use it too: whoever asks next is given another session.
    bouncer.set({ ...TRANSACTIONS, server_round_robin: '1' });
    const away = () => node.logs.find(({ msg }) => String(msg).startsWith('the database is away'));
    await eventually('a node notices that it pools by transactions from now on', async () => {
      await Promise.all(Array.from({ length: 3 }, () => node.rows(sql`SELECT 1`).catch(() => null)));
      return away();
    });
    expect(away()).toMatchObject({ reason: expect.stringContaining('pool_mode = session') });
    bouncer.set(SESSIONS);
    expect(await eventually('and back', () => shown(node, 'lock_timeout').catch(() => null))).toBe('2s');
    await node.node.close();
    // What has been released is not held by the pooler's session.
    await eventually('the lock is free', async () => (await locks()) === 0);
  });

  it('with fewer sessions than a node may use: who finds none is asked to come back, and the log says why', async () => {
    if (!PGBOUNCER) return;
    const url = (await pooler({ ...SESSIONS, default_pool_size: '3' })).url(direct());
    const node = await nodeOn(url);
    const said = () =>
      troubles(node).find(({ msg }) => String(msg).includes('no connection to the database was to be had'));
    await eventually('the log says so', async () => {
      await Promise.all(Array.from({ length: 12 }, () => node.rows(sql`SELECT pg_sleep(0.2)`).catch(() => null)));
      return said();
    });
    // Sessions that others have used up come free a moment later.
    expect(await eventually('one is free', () => shown(node, 'lock_timeout').catch(() => null))).toBe('2s');
  });

  it('is believed by its certificate alone', async () => {
    if (!PGBOUNCER) return;
    const own = testCertificate();
    const file = join(directory(), 'ca.pem');
    writeFileSync(file, own.cert);
    const url = (await pooler(SESSIONS, own)).url(direct());
    await expect(nodeOn(`${url}?sslmode=verify-full`)).rejects.toThrow(/self-signed certificate/);
    const believed = `${url}?sslmode=verify-full&sslrootcert=${file}`;
    await serves(await nodeOn(believed));
    // From there on it speaks without TLS, which is not what people see.
    expect((await lookAtServer(believed)).facts?.isEncrypted).toBe(true);
    expect((await lookAtServer(direct())).facts?.isEncrypted).toBe(false);
  });
});

describe('PgBouncer that pools by transactions', () => {
  it.each([
    ['as it is', {}],
    ['and drops what it does not know', { ignore_startup_parameters: 'options,extra_float_digits' }],
    ['and gives its sessions in turn', { server_round_robin: '1', min_pool_size: '2' }],
    ['or even by statements', { pool_mode: 'statement' }],
  ])('is refused with a sentence, and nothing is left locked: %s', async (_, more: Record<string, string>) => {
    if (!PGBOUNCER) return;
    const url = (await pooler({ ...TRANSACTIONS, ...more })).url(direct());
    // Several that are idle, as among other users of the pooler.
    const others = Array.from({ length: 3 }, () => new pg.Client({ connectionString: url }));
    await Promise.all(others.map((other) => other.connect()));
    await Promise.all(others.map((other) => other.query('SELECT pg_sleep(0.1)')));
    await expect(nodeOn(url)).rejects.toThrow(
      /^The pooler before the database gives each transaction another session.* pool_mode = session/,
    );
    await expect(postgresSession(url, 'backup')).rejects.toThrow(/pool_mode = session/);
    expect(await databaseFindings(url)).toEqual([
      {
        part: 'database',
        level: 'error',
        sentence: expect.stringMatching(/^The pooler before the database gives each/),
      },
    ]);
    await Promise.all(others.map((other) => other.end()));
    expect(await locks()).toBe(0);
  });
});

describe('a role that owns nothing but a schema', () => {
  it('is enough, without extensions; one that owns none is refused with a sentence', async () => {
    const empty = await databaseWith('');
    const role = `parley_role_${new URL(empty.url).pathname.slice(-8)}`;
    closing.push(() => asAdmin(server, (admin) => admin.query(`DROP ROLE ${role}`)), empty.remove);
    await asAdmin(empty.url, (admin) => admin.query(`CREATE ROLE ${role} LOGIN PASSWORD 'role'`));
    const url = Object.assign(new URL(empty.url), { username: role, password: 'role' }).href;
    await expect(nodeOn(url)).rejects.toThrow(`The role ${role} may not make tables in the schema public.`);
    const wrong = (await databaseFindings(url)).filter(({ level }) => level === 'error');
    expect(wrong.map(({ sentence }) => sentence)).toEqual([
      `The role ${role} may not make tables in the schema public.`,
    ]);
    await asAdmin(empty.url, async (admin) => {
      await admin.query(`CREATE SCHEMA chat AUTHORIZATION ${role}`);
      await admin.query(`ALTER ROLE ${role} SET search_path = chat`);
    });
    const first = await nodeOn(url);
    await serves(first);
    await first.node.close();
    const again = await nodeOn(url);
    const owned = sql`SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)'`;
    expect(await again.rows(owned)).toEqual([{ schemaname: 'chat' }]);
    expect(await again.rows(sql`SELECT extname FROM pg_extension`)).toEqual([{ extname: 'plpgsql' }]);
    const session = await postgresSession(url, 'backup');
    expect(await schemaOf(session)).toBe(migrationsHere().at(-1)?.hash);
    await session.close();
    const beside = await openBesideNodes(
      readEnvironment({ DATABASE_URL: url }),
      new EventReporter(createLog('silent')),
    );
    await beside.close();
  });
});

describe('a schema that another node brings up to date', () => {
  it('is waited for, and the log names who has the lock', async () => {
    const empty = await databaseWith('');
    closing.push(empty.remove);
    const holder = new pg.Client({ connectionString: empty.url, application_name: 'parley-migration-of-another' });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(7265003001)');
    const said: string[] = [];
    const reporter = new EventReporter(createLog('warn', { write: (line) => void said.push(line) }));
    const env = { DATABASE_URL: empty.url, DATA_DIR: directory() };
    const opening = openDatabases(readEnvironment(env), reporter);
    await eventually('it says what it waits for', () => said.length > 0);
    expect(said[0]).toMatch(/another node is at it: process \d+ of the database, parley-migration-of-another/);
    await holder.end();
    await (await opening).close();
  });
});
