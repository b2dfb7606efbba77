import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { bareEnvironment, deploymentCommand, freshDirectory, ParleyNode, ROOT, TestUser } from '@parley/testkit';
import { unpacked } from './backup-contents.js';

// Engines are fetched and make databases, one after the other: more than a minute of processor time, beside other tests.
jest.setTimeout(600_000);

const directory = freshDirectory('engines');
const at = (...names: string[]) => join(directory, ...names);
const BUILD = join(ROOT, 'apps/api/dist');
const SERVER = join(BUILD, 'bundle/main.js');
/** One that keeps all in `template1`, where the build that the product knows does not look by itself. */
const OF_17 = {
  version: '0.3.16',
  integrity: 'sha512-mZkZfOd9OqTMHsK+1cje8OSzfAQcpD7JmILXTl5ahdempjUDdmg4euf1biDex5/LfQIDJ3gvCu6qDgdnDxfJmA==',
};
/** Of these a node that starts writes rows of its own. */
const OF_NODES = ['nodes', 'node_users', 'users'];

/** A database of this build with something in it, and its rows. */
let conversation: string;
let rows: Record<string, string[]>;

beforeAll(async () => {
  const DATA_DIR = at('present');
  const node = await ParleyNode.start({ dataDirectory: DATA_DIR });
  const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
  conversation = (await ann.rest.createConversation({ type: 'group', name: 'G', memberIds: [] })).id;
  for (const content of ['\u{feff}begins with a mark', '"quoted" \\ and\nbroken \u{1f600}', 'plain']) {
    const { id } = await ann.rest.send(conversation, {
      clientMessageId: randomUUID(),
      content,
      metadata: { a: [1.5e300] },
    });
    await ann.rest.edit(id, `${content}, and changed`);
    await ann.rest.react(id, '👍');
  }
  await node.terminate();
  rows = await rowsOf(DATA_DIR);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function rowsOf(DATA_DIR: string): Promise<Record<string, string[]>> {
  const path = at(`${randomUUID()}.tar`);
  expect(await deploymentCommand('backup', { DATA_DIR }, path)).toMatchObject({ code: 0 });
  const kept = Object.entries(unpacked(path).rows).filter(([table]) => !OF_NODES.includes(table));
  return Object.fromEntries(kept);
}

/** Runs a program that has the modules of the server's database at hand. */
function withServer(program: string, ...args: string[]): void {
  const imports = [
    ['{ copyDatabase }', 'engine-move'],
    ['{ EmbeddedClient }', 'embedded-client'],
    ['{ embeddedSession }', 'plain-session'],
    ['{ ENGINE_BUILDS, openFormer }', 'former-engine'],
  ].map(([names, file]) => `import ${names} from ${JSON.stringify(join(BUILD, `database/${file}.js`))};`);
  // A file, as the thread of the embedded database is begun with the options of its process.
  const script = at('program.mjs');
  writeFileSync(script, `${imports.join('\n')}\nconst args = process.argv.slice(2);\n${program}`);
  execFileSync(process.execPath, [script, ...args], { stdio: 'pipe' });
}

/** The database of this build, as another engine would have made it. */
function madeBy(version: string, place: string): void {
  withServer(
    `const from = await embeddedSession(await EmbeddedClient.open(args[0]));
     const build = args[1] === '17' ? ${JSON.stringify(OF_17)} : ENGINE_BUILDS[args[1]];
     const to = await openFormer(args[2], build, args[3]);
     await copyDatabase(from, to);
     await to.close();
     await from.close();`,
    ...[at('present/postgres'), version, place, at('fetched')],
  );
  expect(engineIn(place)).toBe(version);
}

const engineIn = (place: string) => readFileSync(join(place, 'PG_VERSION'), 'utf8').trim();

async function isServed(DATA_DIR: string): Promise<void> {
  const node = await ParleyNode.start({ dataDirectory: DATA_DIR });
  const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
  const { items } = await ann.request<{ items: { content: string }[] }>(
    'GET',
    `/conversations/${conversation}/messages`,
  );
  expect(items.at(-1)?.content).toBe('plain, and changed');
  await node.terminate();
}

/** What a node says that does not start. */
function refusedStart(environment: NodeJS.ProcessEnv): string {
  const options = { env: { ...environment, PORT: '0' }, cwd: ROOT, timeout: 120_000, encoding: 'utf8' } as const;
  const { status, stderr, stdout } = spawnSync(process.execPath, [SERVER], options);
  expect(status).toBe(1);
  return `${stdout}${stderr}`;
}

it.each([
  { version: '16', isLink: false },
  { version: '17', isLink: true },
])('a database that Postgres $version has made is moved over with every row, and kept', async ({ version, isLink }) => {
  const DATA_DIR = at(`of-${version}`);
  const database = join(DATA_DIR, 'postgres');
  mkdirSync(isLink ? at('elsewhere') : DATA_DIR, { recursive: true });
  if (isLink) {
    mkdirSync(DATA_DIR);
    symlinkSync(at('elsewhere'), database);
  }
  madeBy(version, database);
  expect(await deploymentCommand('verify', { DATA_DIR })).toMatchObject({
    code: 1,
    text: expect.stringContaining(`was made by Postgres ${version}`),
  });
  await isServed(DATA_DIR);
  expect(await rowsOf(DATA_DIR)).toEqual(rows);
  expect(engineIn(isLink ? join(database, 'before-18') : `${database}.before-18`)).toBe(version);
  expect(existsSync(join(DATA_DIR, 'engines'))).toBe(false);
  expect(await deploymentCommand('verify', { DATA_DIR })).toMatchObject({ code: 0 });
  if (isLink) return;
  // As where the start was cut off between the two.
  renameSync(database, `${database}.moved`);
  await isServed(DATA_DIR);
  expect(await rowsOf(DATA_DIR)).toEqual(rows);
});

it.each([false, true])('is copied anew where an older release went on with it (a link: %s)', async (isLink) => {
  const DATA_DIR = at(`went-on-${isLink}`);
  const database = join(DATA_DIR, 'postgres');
  const place = isLink ? at('went-on') : database;
  mkdirSync(DATA_DIR);
  cpSync(at('of-16/postgres.before-18'), place, { recursive: true });
  if (isLink) symlinkSync(place, database);
  const whole = isLink ? join(database, 'moved') : `${database}.moved`;
  mkdirSync(whole);
  cpSync(at('of-16/postgres/PG_VERSION'), join(whole, 'PG_VERSION'));
  // Cut off before anything was put there.
  if (isLink) mkdirSync(join(database, 'before-18'));
  await isServed(DATA_DIR);
  expect(await rowsOf(DATA_DIR)).toEqual(rows);
  expect(existsSync(whole)).toBe(false);
});

it('a directory without tables of ours is refused with a sentence, and stays as it is', async () => {
  const DATA_DIR = at('empty');
  mkdirSync(DATA_DIR);
  const database = join(DATA_DIR, 'postgres');
  withServer(
    `const made = await openFormer(args[0], ${JSON.stringify(OF_17)}, args[1]);
     await made.close();`,
    ...[database, at('fetched')],
  );
  expect(refusedStart({ ...bareEnvironment(), DATA_DIR })).toContain(
    'It could not be moved over, and is as it was: it has no tables of Parley.',
  );
  expect([engineIn(database), existsSync(`${database}.moving`)]).toEqual(['17', false]);
});

it('a database of this version is read by the engine of the registry, as one to come will do', async () => {
  mkdirSync(at('read'));
  withServer(
    `const from = await openFormer(args[0], ENGINE_BUILDS[18], args[1]);
     const to = await embeddedSession(await EmbeddedClient.open(args[2]));
     await copyDatabase(from, to);
     await to.close();
     await from.close();`,
    ...[at('present/postgres'), at('fetched'), at('read/postgres')],
  );
  expect(await rowsOf(at('read'))).toEqual(rows);
});

it('is refused with a sentence where the engine that made it cannot be had, and stays as it is', () => {
  const DATA_DIR = at('refused');
  const mark = join(DATA_DIR, 'postgres/PG_VERSION');
  cpSync(at('of-16/postgres.before-18'), join(DATA_DIR, 'postgres'), { recursive: true });
  const start = () => refusedStart({ ...bareEnvironment(), DATA_DIR, PATH: '' });
  expect(start()).toMatch(
    /made by Postgres 16, and this version of Parley has 18.*pglite 0\.2\.17\) cannot be had: npm is not installed/,
  );
  expect(existsSync(join(DATA_DIR, 'postgres.moving'))).toBe(false);
  writeFileSync(mark, '99\n');
  expect(start()).toMatch(
    /made by Postgres 99, and this version of Parley has 18\. Start the version of Parley that made it/,
  );
  expect(engineIn(join(DATA_DIR, 'postgres'))).toBe('99');
});
