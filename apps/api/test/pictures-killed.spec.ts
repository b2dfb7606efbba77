import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { EXAMINATION, FileCleanup } from '../src/modules/files/index.js';
import { MEDIA_PROCESS } from '../src/platform/media/media-process.js';
import { startNode, type TestNode } from './node.js';
import { heldAs, plain, RED } from './odd-pictures.js';
import { aPerson, type Person, succeeded } from './people.js';
import { download, stored, upload } from './uploads.js';

const { program } = MEDIA_PROCESS;
const { uploadMs } = EXAMINATION;
const folder = mkdtempSync(join(tmpdir(), 'pictures-killed-'));

/** The program itself, killed where a file of this name is, which goes with the last time that it says; and held where one is. */
const KILLED = `
  import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
  const at = (step) => {
    const path = ${JSON.stringify(folder)} + '/' + step;
    if (!existsSync(path)) return;
    const left = Number(readFileSync(path, 'utf8')) - 1;
    if (left > 0) writeFileSync(path, String(left));
    else rmSync(path);
    process.kill(process.pid, 'SIGKILL');
  };
  const send = process.send.bind(process);
  process.send = (message) => {
    if (message !== 'ready') at('answering');
    return send(message);
  };
  at('starting');
  const wait = new Int32Array(new SharedArrayBuffer(4));
  process.on('message', () => {
    at('decoding');
    while (existsSync(${JSON.stringify(join(folder, 'held'))})) Atomics.wait(wait, 0, 0, 20);
  });
  await import(${JSON.stringify(pathToFileURL(program).href)});
`;

let node: TestNode;
let ann: Person;
beforeAll(async () => {
  MEDIA_PROCESS.program = join(folder, 'main.mjs');
  writeFileSync(MEDIA_PROCESS.program, KILLED);
  EXAMINATION.uploadMs = 60_000;
  node = await startNode();
  ann = await aPerson(node);
});
afterEach(() => {
  EXAMINATION.uploadMs = 60_000;
});
afterAll(async () => {
  EXAMINATION.uploadMs = uploadMs;
  MEDIA_PROCESS.program = program;
  await node.close();
  rmSync(folder, { recursive: true });
});

const killAt = (step: string, times = 1) => writeFileSync(join(folder, step), String(times));
const mediaDirectory = () => join(dirname(node.filesDirectory), 'media');
const thumbnailOf = (id: string) => download(ann, `${id}/thumbnail?size=320`);

/** A new process for the next job, as one that is killed while it does nothing is not asked again. */
async function restart(): Promise<void> {
  killAt('decoding', 2);
  await upload(ann, { content: await heldAs(3) });
}

it.each(['decoding', 'answering'])(
  '§3: a picture is looked at once more where the process is killed while %s',
  async (step) => {
    killAt(step);
    const { fileId, width } = succeeded(await upload(ann, { content: await heldAs(step === 'decoding' ? 1 : 2) }));
    expect(existsSync(join(folder, step))).toBe(false);
    expect([width, (await thumbnailOf(fileId)).status]).toEqual([480, 200]);
  },
);

it('§3: a picture is a file like any other where the process is killed again', async () => {
  killAt('decoding', 2);
  const { fileId, width } = succeeded(await upload(ann, { content: await heldAs(4) }));
  expect([width, (await thumbnailOf(fileId)).status]).toEqual([undefined, 404]);
  const told = node.logs.filter(({ msg }) => msg === 'nothing can be shown of a file');
  expect(told).toMatchObject([{ kind: 'picture', reason: 'died' }]);
});

it('§3: a picture is looked at when it is to be shown where the process could not be started', async () => {
  await restart();
  killAt('starting');
  const { fileId, width } = succeeded(await upload(ann, { content: await heldAs(5) }));
  expect([width, (await thumbnailOf(fileId)).status]).toEqual([undefined, 200]);
  expect(succeeded(await upload(ann, { content: await heldAs(5) })).width).toBe(480);
});

it('§3: an upload is answered in time, and what is found out later is said with the next message', async () => {
  EXAMINATION.uploadMs = 0;
  const { fileId, width } = succeeded(await upload(ann, { content: await heldAs(6) }));
  expect(width).toBeUndefined();
  expect((await thumbnailOf(fileId)).status).toBe(200);
  EXAMINATION.uploadMs = 60_000;
  expect(succeeded(await upload(ann, { content: await heldAs(6) })).width).toBe(480);
});

it('§3: pictures of several people are looked at in turn, however many one of them sends', async () => {
  const bob = await aPerson(node);
  EXAMINATION.uploadMs = 0;
  writeFileSync(join(folder, 'held'), '');
  const before = node.logs.length;
  const sent: string[] = [];
  for (const [who, content] of [
    [ann, await heldAs(7)],
    [ann, await heldAs(8)],
    [ann, await plain(RED).png().toBuffer()],
    [bob, await heldAs(7)],
  ] as const) {
    const { fileId } = succeeded(await upload(who, { content }));
    const [row] = await node.rows<{ at: string }>(sql`SELECT content_id AS at FROM files WHERE id = ${fileId}`);
    sent.push(row?.at ?? '');
  }
  rmSync(join(folder, 'held'));
  const looked = () => node.logs.slice(before).filter(({ msg }) => msg === 'a file was looked at');
  await eventually('all are looked at', () => looked().length === 4);
  expect(looked().map(({ contentId }) => sent.indexOf(String(contentId)))).toEqual([0, 1, 3, 2]);
  await eventually('the last one has ended', () => readdirSync(mediaDirectory()).length === 0);
});

it('§3: nothing is left of what was cut off once the clean-up has run', async () => {
  expect(readdirSync(mediaDirectory())).toEqual([]);
  await node.rows(sql`UPDATE file_contents SET used_at = now() - interval '3 days' WHERE state = 'writing'`);
  await node.node.app.get(FileCleanup).run();
  const { onDisk, known } = await stored(node);
  expect(onDisk).toEqual(known);
  expect(await node.rows(sql`SELECT 1 FROM file_contents WHERE state <> 'stored'`)).toEqual([]);
});
