import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, freshDirectory, PostgresCluster, RedisServer } from '@parley/testkit';
import { readEnvironment } from '../src/config/environment.js';
import { databaseFindings } from '../src/doctor/database-checks.js';
import { embeddedFindings } from '../src/doctor/embedded-checks.js';
import type { Finding } from '../src/doctor/finding.js';
import { leftFindings, placeFindings } from '../src/doctor/place-checks.js';
import { redisFindings } from '../src/doctor/redis-checks.js';
import { startNode } from './node.js';
import { ENGINE } from './test-database.js';

const isEmbedded = ENGINE === 'embedded';
const besides = (found: readonly Finding[]) =>
  found.flatMap(({ level, sentence }) => (level === 'ok' ? [] : [`${level}: ${sentence}`]));
const sentences = (found: readonly Finding[]) => found.map(({ sentence }) => sentence);

let closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

if (isEmbedded)
  describe('of the embedded database, the doctor', () => {
    it('asks the node that runs, opens it where none does, and finds nothing wrong before the first start', async () => {
      const node = await startNode();
      const dataDir = join(node.filesDirectory, '..');
      closing.push(() => node.close());
      const running = await embeddedFindings(dataDir);
      expect(sentences(running)).toContain('The node that runs has it, and answers.');
      expect(sentences(running)).toContain('The tables of this build are there, in the schema public.');
      await node.node.close();
      const stopped = await embeddedFindings(dataDir);
      expect(sentences(stopped)).toContain('No node runs; it can be opened.');
      expect(sentences(stopped).slice(1)).toEqual(sentences(running).slice(1));
      expect(besides([...running, ...stopped])).toEqual([]);
      expect(sentences(await embeddedFindings(freshDirectory('test')))).toEqual([
        expect.stringMatching(/^The first node that starts makes one in /),
      ]);
    });

    it('tells of an embedded database that a database by URL would leave behind, unless that is meant', () => {
      const dataDir = freshDirectory('test');
      const config = (env: Record<string, string>) => readEnvironment({ DATA_DIR: dataDir, ...env });
      const byUrl = { DATABASE_URL: 'postgres://127.0.0.1/none' };
      expect(leftFindings(config(byUrl))).toEqual([]);
      mkdirSync(join(dataDir, 'postgres'), { recursive: true });
      writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18\n');
      expect(besides(leftFindings(config(byUrl)))).toEqual([expect.stringMatching(/^warning: .* holds an embedded/)]);
      expect(leftFindings(config({}))).toEqual([]);
      expect(leftFindings(config({ ...byUrl, EMBEDDED_DATA: 'ignore' }))).toEqual([]);
    });

    it('names a directory that cannot be one', async () => {
      const file = join(freshDirectory('test'), 'file');
      writeFileSync(file, '');
      expect(besides(await placeFindings(join(file, 'data'), true))).toEqual([
        expect.stringMatching(/^error: .*file\/data cannot be written to: EACCES/),
      ]);
    });
  });

if (!isEmbedded)
  describe('of a database by URL, the doctor', () => {
    let cluster: PostgresCluster;
    const admin = async (statement: string, database = 'postgres') => {
      const session = await cluster.connect(database);
      await session.query(statement).finally(() => session.end());
    };
    beforeAll(async () => {
      cluster = await PostgresCluster.start();
      closing.push(() => cluster.stop());
    });

    const found = async (database: string, user = 'postgres') =>
      besides(await databaseFindings(cluster.url(database).replace('postgres@', `${user}@`)));

    it.each([
      [
        'another encoding',
        `ENCODING 'LATIN1' LOCALE 'C'`,
        [],
        /^error: It is encoded in LATIN1, and has to be in UTF8/,
      ],
      ['a locale of few letters', `LOCALE 'C'`, [], /^warning: By its locale only A to Z are letters/],
      [
        'rules of sorting that have changed',
        `LOCALE_PROVIDER icu ICU_LOCALE 'en'`,
        [`UPDATE pg_database SET datcollversion = '0.1' WHERE datname = current_database()`],
        /^warning: Texts are sorted by version [\d.]+ of its locale, and were by 0\.1 .*REINDEX/,
      ],
      [
        'that it can only be read',
        '',
        ['ALTER DATABASE own SET default_transaction_read_only = on'],
        /^error: It cannot be written to/,
      ],
      [
        'tables of another build',
        '',
        [
          'CREATE SCHEMA drizzle',
          'CREATE TABLE drizzle.__drizzle_migrations (id serial, hash text, created_at bigint)',
          `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('of another', 1)`,
        ],
        /^error: Its tables are of another build/,
      ],
      [
        'tables of a newer build',
        '',
        [
          'CREATE SCHEMA drizzle',
          'CREATE TABLE drizzle.__drizzle_migrations (id serial, hash text, created_at bigint)',
          `INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('of a newer one', 9000000000000)`,
        ],
        /^warning: Its tables are of a newer build/,
      ],
    ])('says %s', async (_what, options, statements, sentence) => {
      await admin(`CREATE DATABASE own TEMPLATE template0 ${options}`);
      for (const statement of statements) await admin(statement, 'own');
      expect(await found('own')).toEqual([expect.stringMatching(sentence)]);
      await admin('DROP DATABASE own');
    });

    it('says what its settings and its role lack, and that it is not there', async () => {
      expect(await found('postgres')).toEqual([]);
      expect(await found('none')).toEqual(['error: It cannot be used: database "none" does not exist.']);
      await admin('CREATE ROLE few LOGIN CONNECTION LIMIT 5');
      expect(await found('postgres', 'few')).toEqual([
        'error: The role few may not make tables in the schema public.',
        expect.stringMatching(/^warning: It takes \d more connections of this role, and a node opens up to 19/),
      ]);
      for (const name of ['fsync', 'synchronous_commit', 'autovacuum']) await admin(`ALTER SYSTEM SET ${name} = off`);
      await admin('SELECT pg_reload_conf()');
      expect(
        await eventually('they are off', async () => {
          const said = await found('postgres');
          return said.length === 2 ? said : null;
        }),
      ).toEqual([
        expect.stringMatching(/^error: What it has confirmed may be lost .*: switch on fsync, synchronous_commit\.$/),
        expect.stringMatching(/^warning: autovacuum is off/),
      ]);
    });
  });

if (!isEmbedded)
  describe('of Redis, the doctor', () => {
    const start = async (settings: Record<string, string>) => {
      const redis = await RedisServer.start({ settings });
      closing.push(() => redis.close());
      return redis;
    };
    const found = async (...urls: string[]) =>
      besides(await redisFindings(urls)).map((line) => line.replace(/127\.0\.0\.1:\d+/g, 'it'));

    it('says what it lacks of memory and of clients, and that two have nothing to do with each other', async () => {
      const [redis, other] = [await start({}), await start({})];
      const set = (name: string, value: string) => redis.command('CONFIG', 'SET', name, value);
      expect(await found(redis.url)).toEqual([]);
      expect(await found(redis.url, other.url)).toEqual([
        'error: it and it have nothing to do with each other: nodes on different ones are deaf.',
      ]);
      await set('maxmemory', '100kb');
      expect(await found(redis.url)).toEqual([
        expect.stringMatching(/^warning: it: Its maxmemory is used up\. Parley stores nothing there/),
      ]);
      await set('maxmemory-policy', 'allkeys-lru');
      expect(await found(redis.url)).toEqual([
        expect.stringMatching(/^warning: it: Its maxmemory is used up, and by allkeys-lru it drops keys/),
      ]);
      await set('maxmemory', '0');
      await set('maxclients', '10');
      expect(await found(redis.url)).toEqual([
        expect.stringMatching(/^warning: it: It takes 10 clients \(maxclients\), and has \d/),
      ]);
      await set('maxclients', '1000');
      await set('maxmemory-clients', '1mb');
      await redis.command('SET', 'large', 'x'.repeat(4_000_000)).catch(() => undefined);
      expect(await found(redis.url)).toEqual([
        expect.stringMatching(/^warning: it: Since it was started it has closed connections to save memory/),
      ]);
    });

    it('says what its user may not ask, and that it is alone in its cluster', async () => {
      const redis = await start({ 'cluster-enabled': 'yes' });
      const commands = ['+publish', '+subscribe', '+unsubscribe', '+info'];
      await redis.command('ACL', 'SETUSER', 'parley', 'on', '>secret', '&parley:*', ...commands);
      const url = redis.url.replace('//', '//parley:secret@');
      expect(await found(url)).toEqual([
        expect.stringMatching(/^warning: it: Its user may not ask CLUSTER NODES \(ACL: \+cluster\|nodes\)/),
      ]);
      expect(await found(redis.url)).toEqual([
        expect.stringMatching(
          /^error: it: What is published is not heard: this node of the Redis cluster .* never joined/,
        ),
      ]);
      await redis.command('ACL', 'SETUSER', 'parley', '-info');
      expect(await found(url)).toContainEqual(expect.stringMatching(/^warning: it: Its user may not ask INFO/));
      await redis.command('ACL', 'SETUSER', 'parley', 'off');
      expect(await found(url)).toEqual([expect.stringMatching(/^error: it: It cannot be used: WRONGPASS/)]);
    });
  });
