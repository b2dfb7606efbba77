import { spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Message, SyncAnswer } from '@parley/protocol';
import {
  bareEnvironment,
  deploymentCommand,
  download,
  eventually,
  freshDirectory,
  HttpClient,
  ParleyNode,
  PostgresCluster,
  RestClient,
  ROOT,
  TestUser,
  upload,
} from '@parley/testkit';
import { type BackupContents, unpacked } from './backup-contents.js';

/** Together at most some 200 messages a second. */
const SENDERS = 4;
const PAUSE_MS = 20;
const SENT_BEFORE = 40;
/** What the deployment of this test has rows of, so that it says something that they are equal. */
const LIVED_IN = [
  'message_edit_history',
  'message_files',
  'message_reactions',
  'message_search',
  'messages',
  'read_ranges',
  'refresh_sessions',
];

const directory = freshDirectory('backup');
const at = (name: string) => join(directory, name);
/** A deployment that people have lived in. */
const EMBEDDED = { DATA_DIR: '' };
/** As a process whose files may not grow. */
const BACKUP = join(ROOT, 'apps/api/dist/bundle/backup.js');
const RESTORE = join(ROOT, 'apps/api/dist/bundle/restore.js');
const WITHOUT_LIMITS = { RATE_LIMITS: 'off' };
const CARRIED = randomBytes(300_000);
/** A file that no message carries: it may be removed at any time. */
const LOOSE = randomBytes(1_000);

let cluster: PostgresCluster;
let node: ParleyNode;
let ann: TestUser;
let conversation: string;
let fileId: string;
let epoch: string;
const acked: Message[] = [];
let ackedBefore: string[] = [];

/** One deployment, backed up while people send and again when it was stopped. */
beforeAll(async () => {
  cluster = await PostgresCluster.start();
  EMBEDDED.DATA_DIR = await ParleyNode.directory();
  node = await ParleyNode.start({ dataDirectory: EMBEDDED.DATA_DIR, env: WITHOUT_LIMITS });
  await live();
  const load = { isOver: false };
  const sender = async () => {
    while (!load.isOver) {
      acked.push(await ann.rest.send(conversation, message(`number ${acked.length}`)));
      await sleep(PAUSE_MS);
    }
  };
  const senders = Promise.all(Array.from({ length: SENDERS }, sender));
  await eventually('some is sent', () => acked.length >= SENT_BEFORE);
  ackedBefore = acked.map(({ id }) => id);
  await done('backup', EMBEDDED, at('live.tar'));
  load.isOver = true;
  await senders;
  await node.terminate();
  await done('backup', EMBEDDED, at('first.tar'));
});
afterAll(async () => {
  await node.stop();
  await cluster.stop();
  for (const each of [directory, EMBEDDED.DATA_DIR]) rmSync(each, { recursive: true, force: true });
});

/** Something of everything that people make. */
async function live(): Promise<void> {
  ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
  const bob = await TestUser.ofHost(node.url, { externalId: 'bob', name: 'Bob' });
  const carol = { username: 'carol', password: 'correct horse battery' };
  await new HttpClient(node.url, '').request('POST', '/auth/register', carol);
  ({ epoch } = await ann.request<SyncAnswer>('POST', '/sync', { conversations: {} }));
  conversation = (await ann.rest.createConversation({ type: 'group', name: 'G', memberIds: [bob.id] })).id;
  ({ fileId } = (await upload(ann, CARRIED)).file);
  await ann.rest.send(conversation, message('', { type: 'file', metadata: { fileId } }));
  await upload(ann, LOOSE);
  const odd = message('"quoted" \\ and\nbroken \u{feff}\u{1f600}', { metadata: { a: [1.5e300, null, '\u{1}'] } });
  const { id } = await ann.rest.send(conversation, odd);
  await ann.rest.edit(id, 'other words');
  await bob.rest.react(id, '👍');
  await bob.request('POST', `/conversations/${conversation}/read`, { messageId: id });
  await bob.rest.delete((await bob.rest.send(conversation, message('gone'))).id);
}

const message = (content: string, more: object = {}) => ({ clientMessageId: randomUUID(), content, ...more });

async function done(name: 'backup' | 'restore', env: Record<string, string>, path: string): Promise<void> {
  const { code, text } = await deploymentCommand(name, env, path);
  expect({ code, text }).toEqual({ code: 0, text });
}

/** What `npm run verify` ends with, and says. */
const verified = async (env: Record<string, string>, ...args: string[]) => {
  const { code, text } = await deploymentCommand('verify', env, ...args);
  return `${code}: ${text}`;
};
const HOLDS = /^0: \d+ invariants hold, and \d+ contents of files are there\./;

async function refusal(name: 'backup' | 'restore', env: Record<string, string>, path: string): Promise<string> {
  const { code, text } = await deploymentCommand(name, env, path);
  expect({ code, text }).toEqual({ code: 1, text: expect.not.stringMatching(/^\s+at .+:\d+:\d+/m) });
  return text;
}

/** All but what a restore renews. */
const kept = ({ rows, files }: BackupContents) => ({ rows: { ...rows, deployment: [] }, files });

it('a backup made while people send has all that was acknowledged before, and no gaps', () => {
  const { rows } = unpacked(at('live.tar'));
  const sent = rows.messages?.map((line) => JSON.parse(line) as { id: string; conversation_id: string; seq: number });
  const ids = new Set(sent?.map(({ id }) => id));
  expect(acked.length).toBeGreaterThan(ackedBefore.length);
  expect(ackedBefore.filter((id) => !ids.has(id))).toEqual([]);
  const seqs = sent?.map(({ seq }) => seq).toSorted((a, b) => a - b);
  expect(seqs).toEqual(Array.from({ length: sent?.length ?? 0 }, (_, i) => i + 1));
});

it('a backup made while people send is restored into a database in which everything holds', async () => {
  const postgres = { DATABASE_URL: await cluster.createDatabase('live'), DATA_DIR: at('live') };
  await done('restore', postgres, at('live.tar'));
  expect(await verified(postgres)).toMatch(HOLDS);
  const session = await cluster.connect('live');
  await session.query('DELETE FROM message_search WHERE seq = 2');
  await session.query('DELETE FROM messages WHERE seq = (SELECT max(seq) FROM messages)');
  await session.end();
  expect(await verified(postgres)).toMatch(/^3: [^]*\d+ of \d+ invariants do not hold\.$/);
  const { code, text } = await deploymentCommand('verify', postgres, '--repair');
  expect([code, text]).toEqual([
    3,
    expect.stringMatching(/the search knows.*can be repaired[^]*Looking again[^]*are numbered/),
  ]);
  expect(text.split('Looking again')[1]).not.toContain('the search knows');
});

it('moves to Postgres and back with every row and file, and clients are told to start anew', async () => {
  const first = unpacked(at('first.tar'));
  expect(Object.keys(first.rows)).toEqual(expect.arrayContaining(LIVED_IN));
  const postgres = { DATABASE_URL: await cluster.createDatabase('moved'), DATA_DIR: at('on-postgres') };
  await done('restore', postgres, at('first.tar'));
  await done('backup', postgres, at('second.tar'));
  const second = unpacked(at('second.tar'));
  expect(kept(second)).toEqual(kept(first));
  const back = { DATA_DIR: at('back') };
  await done('restore', back, at('second.tar'));
  await done('backup', back, at('third.tar'));
  const third = unpacked(at('third.tar'));
  expect(kept(third)).toEqual(kept(first));
  expect(new Set([first, second, third].map(({ rows }) => rows.deployment?.[0])).size).toBe(3);

  const restored = await ParleyNode.start({ dataDirectory: back.DATA_DIR });
  try {
    const reader = new RestClient(restored.url, ann.token);
    expect(await download(reader, { fileId })).toEqual(CARRIED);
    const held = { conversations: { [conversation]: { version: 5, receipts: 0 } }, cursor: 1, epoch };
    const answer = await reader.request<SyncAnswer>('POST', '/sync', held);
    expect(answer.conversations[conversation]).toMatchObject({ reset: true });
    const next = await reader.send(conversation, message('and on'));
    expect(next.seq).toBe(Math.max(...acked.map(({ seq }) => seq)) + 1);
  } finally {
    await restored.stop();
  }
});

it('restores nothing of what is cut off, damaged or no backup, nor where a database is not empty or in use', async () => {
  const whole = readFileSync(at('first.tar'));
  const damaged = Buffer.from(whole);
  damaged[2_000] = (damaged[2_000] ?? 0) ^ 1;
  const into = { DATA_DIR: at('into') };
  for (const [content, sentence] of [
    [whole.subarray(0, -1_500), 'is cut off or damaged'],
    [damaged, 'is cut off or damaged'],
    [randomBytes(2_000), 'is no backup of Parley'],
  ] as const) {
    writeFileSync(at('bad.tar'), content);
    expect(await refusal('restore', into, at('bad.tar'))).toContain(sentence);
  }
  for (const command of ['backup', 'restore'] as const)
    expect(await refusal(command, into, directory)).toContain('is a directory');
  expect(existsSync(into.DATA_DIR)).toBe(false);
  expect(await refusal('restore', EMBEDDED, at('first.tar'))).toContain('is not empty');
  const inUse = { DATABASE_URL: await cluster.createDatabase('in-use'), DATA_DIR: at('in-use') };
  const user = await ParleyNode.start({ dataDirectory: inUse.DATA_DIR, env: { DATABASE_URL: inUse.DATABASE_URL } });
  expect(await refusal('restore', inUse, at('first.tar'))).toContain('Stop all nodes first');
  await user.stop();
});

it('leaves nothing of a restore that is interrupted', async () => {
  const DATA_DIR = at('interrupted');
  const draft = join(DATA_DIR, 'postgres.restored');
  const env = { ...bareEnvironment(), DATA_DIR };
  const restoring = spawn(process.execPath, [RESTORE, at('first.tar')], { env, cwd: ROOT, stdio: 'ignore' });
  const ended = once(restoring, 'exit');
  await eventually('it has begun', () => existsSync(draft));
  restoring.kill('SIGTERM');
  await ended;
  expect(existsSync(draft)).toBe(false);
});

it('keeps the backup of before where the store lacks files that messages carry, and makes one without what nothing carries', async () => {
  const { files, rows } = unpacked(at('first.tar'));
  const store = join(EMBEDDED.DATA_DIR, 'files');
  const idOf = (content: Buffer) => Object.keys(files).find((id) => files[id]?.equals(content)) ?? '';
  const placeOf = (id: string) => join(store, id.slice(-2), id);
  const whole = readFileSync(at('first.tar'));
  copyFileSync(at('first.tar'), at('daily.tar'));
  const without = async (path: string, ending: () => Promise<void>) => {
    renameSync(path, `${path}.away`);
    await ending();
    renameSync(`${path}.away`, path);
  };
  const isRefused = async (count: string) => {
    expect(await refusal('backup', EMBEDDED, at('daily.tar'))).toContain(`does not have ${count}`);
    expect(readFileSync(at('daily.tar'))).toEqual(whole);
    expect(unpacked(at('daily.tar.incomplete')).rows.messages).toEqual(rows.messages);
  };
  await without(placeOf(idOf(CARRIED)), () => isRefused('1 of 2'));
  await without(store, () => isRefused('2 of 2'));
  // A part of it alone, as a disk that was full may have left it: it is named, and the rest is there.
  truncateSync(placeOf(idOf(CARRIED)), 100_000);
  await isRefused(`1 of 2 contents that it should have, or not all of them, for example ${idOf(CARRIED)}`);
  writeFileSync(placeOf(idOf(CARRIED)), CARRIED);
  await without(placeOf(idOf(LOOSE)), () => done('backup', EMBEDDED, at('daily.tar')));
  expect(unpacked(at('daily.tar')).files).toEqual({ [idOf(CARRIED)]: CARRIED });
});

it('says that there is no room, and leaves nothing of a backup for which there is none; what runs is verified, and not repaired', async () => {
  const postgres = { DATABASE_URL: await cluster.createDatabase('full'), DATA_DIR: at('full') };
  await done('restore', postgres, at('first.tar'));
  const running = await ParleyNode.start({ dataDirectory: EMBEDDED.DATA_DIR });
  try {
    expect(await verified(EMBEDDED)).toMatch(HOLDS);
    expect(await verified(EMBEDDED, '--repair')).toMatch(/^1: Another Parley process .* is using the data directory/);
    const before = readdirSync(directory);
    for (const env of [EMBEDDED, postgres]) {
      const settings = { env: { ...bareEnvironment(), ...env }, cwd: ROOT };
      const { status, stderr } = spawnSync(
        'prlimit',
        ['--fsize=65536', process.execPath, BACKUP, at('no-room.tar')],
        settings,
      );
      expect([status, String(stderr)]).toEqual([1, expect.stringContaining('There is no room for')]);
      expect(readdirSync(directory)).toEqual(before);
    }
  } finally {
    await running.stop();
  }
});
