import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bareEnvironment, Child, eventually, freePort, ParleyNode, TestUser } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { FileCleanup } from '../src/modules/files/index.js';
import { HOST, startNode, startOn, type TestNode } from './node.js';
import { aPerson, Person, succeeded } from './people.js';
import { keysIn, s3Settings } from './s3rver.js';
import { stepsHere } from './steps-here.js';
import { freshDatabase } from './test-database.js';
import { append, begin, fileIn, stateOf } from './tus.js';
import { download, someBytes, upload } from './uploads.js';

const MEBIBYTE = 1_048_576;
/** Of three parts. */
const SIZE = 11 * MEBIBYTE;
const folder = mkdtempSync(join(tmpdir(), 's3-killed-'));
const [step, preload] = [join(folder, 'step'), join(folder, 'preload.mjs')];

/** S3 kills the process whose id stands in a file, when it is asked so or before it answers that. */
const PRELOAD = `
  import { existsSync, readFileSync, rmSync } from 'node:fs';
  import { Server } from 'node:http';
  const at = (here) => {
    if (!existsSync(${JSON.stringify(step)})) return;
    const [wanted, pid] = readFileSync(${JSON.stringify(step)}, 'utf8').split('|');
    if (wanted !== here) return;
    rmSync(${JSON.stringify(step)});
    process.kill(Number(pid) || process.pid, 'SIGKILL');
  };
  const nameOf = ({ method, url }) => {
    const query = new URL(url, 'http://s3').searchParams;
    return [method, ...['uploads', 'uploadId'].filter((key) => query.has(key)), query.get('partNumber')].filter(Boolean).join(' ');
  };
  const emit = Server.prototype.emit;
  Server.prototype.emit = function (event, request, response) {
    if (event === 'request') {
      const name = nameOf(request);
      at('asked ' + name);
      const writeHead = response.writeHead;
      response.writeHead = (...args) => {
        at('done ' + name);
        return writeHead.apply(response, args);
      };
    }
    return emit.apply(this, arguments);
  };
`;

let s3: Child;
let port = 0;
const store = join(folder, 'store');

async function startS3(): Promise<void> {
  const script = join(dirname(createRequire(import.meta.url).resolve('s3rver/package.json')), 'bin/s3rver.js');
  const args = ['-d', store, '-a', '127.0.0.1', '-p', String(port), '-s', '--configure-bucket', 'files'];
  s3 = new Child({
    ...{ command: process.execPath, args: ['--import', preload, script, ...args], env: bareEnvironment() },
    logFile: join(folder, 'log'),
  });
  await eventually('it listens', () => fetch(`http://127.0.0.1:${port}`).then(Boolean, () => false), 60_000);
}

let node: TestNode;
let ann: Person;
beforeAll(async () => {
  writeFileSync(preload, PRELOAD);
  port = await freePort();
  await startS3();
  node = await startNode(s3Settings(port));
  ann = await aPerson(node);
});
afterAll(async () => {
  await node.close();
  await s3.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** Contents that the database knows of: the bucket has one more for a moment, with which a node that starts tries it. */
const countOf = async (of: TestNode): Promise<number> => (await of.rows(sql`SELECT 1 FROM file_contents`)).length;

/** What is in the bucket is what the database knows of, to the last byte, once the clean-up was there. */
async function expectTidy(of: TestNode, others: readonly string[] = []): Promise<void> {
  await of.rows(sql`UPDATE file_contents SET used_at = now() - interval '3 days' WHERE state <> 'stored'`);
  await of.node.app.get(FileCleanup).run();
  const rows = await of.rows<{ id: string; state: string; sha256: Buffer }>(
    sql`SELECT id, state, sha256 FROM file_contents ORDER BY id`,
  );
  expect(rows.map(({ state }) => state)).toEqual(rows.map(() => 'stored'));
  const known = [...others, ...rows.map(({ id }) => id)].toSorted();
  await eventually('nothing else is there', () => keysIn(store).join() === known.join());
  for (const { id, sha256 } of rows) {
    const content = readFileSync(join(store, 'files', 'files', `${id}._S3rver_object`));
    expect(createHash('sha256').update(content).digest('hex')).toBe(Buffer.from(sha256).toString('hex'));
  }
}

const STEPS = [
  ...['POST uploads', 'PUT uploadId 1', 'PUT uploadId 3', 'POST uploadId'].flatMap((name) => [
    `asked ${name}`,
    `done ${name}`,
  ]),
];

it.each(stepsHere(STEPS))(
  'S1.29: when S3 is killed that has %s: a repeat is whole, and nothing else stays',
  async (where) => {
    const file = { content: someBytes(SIZE), fields: { clientUploadId: randomUUID() } };
    const before = await countOf(node);
    writeFileSync(step, `${where}|`);
    const answer = await upload(ann, file);
    expect(answer.body.error).toMatchObject({ code: 'service_unavailable', retryable: true });
    expect((await s3.exited).signal).toBe('SIGKILL');
    await startS3();
    const { fileId } = succeeded(await upload(ann, file));
    expect((await download(ann, fileId)).content.equals(file.content)).toBe(true);
    await expectTidy(node);
    expect(await countOf(node)).toBe(before + 1);
  },
);

it.each(stepsHere(['asked PUT uploadId 2', 'done POST uploadId']))(
  'S1.29: an upload in several requests during which S3 is killed (%s) goes on, and is whole',
  async (where) => {
    const content = someBytes(SIZE);
    const before = await countOf(node);
    const { at } = await begin(ann, content.length);
    await append(ann, at, 0, content.subarray(0, 6 * MEBIBYTE));
    writeFileSync(step, `${where}|`);
    const cut = await append(ann, at, 6 * MEBIBYTE, content.subarray(6 * MEBIBYTE));
    expect(cut.code).toBe('service_unavailable');
    await s3.exited;
    await startS3();
    const { offset = 0, file } = await stateOf(ann, at);
    const last = file ?? fileIn((await append(ann, at, offset, content.subarray(offset))).headers);
    expect((await download(ann, last.fileId)).content.equals(content)).toBe(true);
    await expectTidy(node);
    expect(await countOf(node)).toBe(before + 1);
  },
);

it.each(stepsHere(['done PUT uploadId 2', 'done POST uploadId']))(
  'S1.29: a node that is killed while S3 has %s: a repeat at the next one is whole, and nothing else stays',
  async (where) => {
    const [database, before] = [await freshDatabase(), keysIn(store)];
    const env = { RATE_LIMITS: 'off', ...database.env, ...s3Settings(port) };
    const dying = await ParleyNode.start({ dataDirectory: database.env.DATA_DIR, env, issuer: HOST });
    const { id, username, token } = await TestUser.ofHost(dying.url, { externalId: 'ann', name: 'Ann' }, HOST);
    const file = { content: someBytes(SIZE), fields: { clientUploadId: randomUUID() } };
    writeFileSync(step, `${where}|${dying.pid}`);
    const cut = upload(new Person({ url: dying.url } as TestNode, id, username, token), file);
    await Promise.allSettled([cut, dying.exited]);
    await dying.stop();
    const next = await startOn(database, s3Settings(port));
    try {
      const again = new Person(next, id, username, token);
      const { fileId } = succeeded(await upload(again, file));
      expect((await download(again, fileId)).content.equals(file.content)).toBe(true);
      await expectTidy(next, before);
      expect(await countOf(next)).toBe(1);
    } finally {
      await next.close();
    }
  },
);
