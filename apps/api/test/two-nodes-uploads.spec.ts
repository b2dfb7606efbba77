import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { SEGMENT } from '../src/modules/files/index.js';
import { ResumableUploadsRepository } from '../src/modules/files/resumable/resumable-uploads.repository.js';
import { FileStore } from '../src/platform/storage/file-store.js';
import type { TestNode } from './node.js';
import { at, pairOfNodes } from './pair-of-nodes.js';
import { aPerson, type Person } from './people.js';
import { append, begin, fileIn, PART_TYPE, stateOf } from './tus.js';
import { download, someBytes, stored } from './uploads.js';

const pair = pairOfNodes();

/** A request that brings the rest of an upload, piece by piece. */
async function openAppend(
  { node, token }: Person,
  place: string,
  { offset, length }: { offset: number; length: number },
) {
  const { hostname, port } = new URL(node.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `PATCH ${place} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\nTus-Resumable: 1.0.0\r\n` +
      `Upload-Offset: ${offset}\r\nContent-Type: ${PART_TYPE}\r\nContent-Length: ${length}\r\n\r\n`,
  );
  return socket;
}

it('S1.29: an upload that began at one node goes on at another, which the first one cannot disturb any more', async () => {
  const [one, other] = pair.nodes as [TestNode, TestNode];
  const here = await aPerson(one);
  const there = at(other, here);
  const content = someBytes(200_000);
  const { at: place } = await begin(here, content.length);
  expect((await append(here, place, 0, content.subarray(0, 80_000))).status).toBe(204);
  expect(await stateOf(there, place)).toEqual({ offset: 80_000, file: null });

  // Its line is gone, and the first node does not know.
  const socket = await openAppend(here, place, { offset: 80_000, length: 120_000 });
  socket.write(content.subarray(80_000, 100_000));
  const writing = () => one.rows(sql`SELECT 1 FROM file_contents WHERE state = 'writing'`);
  await eventually('the first node writes', async () => (await writing()).length === 1);

  // Nothing has come of this request yet, but the upload is its own.
  expect((await append(there, place, 80_000, Buffer.alloc(0))).status).toBe(204);
  socket.destroy();
  await eventually('the first node has given up', async () => (await writing()).length === 0);
  expect(await stateOf(there, place)).toEqual({ offset: 80_000, file: null });

  const next = await append(there, place, 80_000, content.subarray(80_000, 120_000));
  expect(next.headers.get('upload-offset')).toBe('120000');
  const last = await append(here, place, 120_000, content.subarray(120_000));
  expect((await download(there, fileIn(last.headers).fileId)).content.equals(content)).toBe(true);
  expect(await stateOf(there, place)).toEqual({ offset: content.length, file: fileIn(last.headers) });
  const { onDisk, known } = await stored(one);
  expect(onDisk).toEqual(known);
});

/** Keeps the first call of this method waiting, and all after it. */
function hold(target: any, method: string) {
  const original = target[method].bind(target);
  const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  target[method] = async (...args: unknown[]) => {
    begun.resolve();
    await ended.promise;
    return original(...args);
  };
  const goOn = () => {
    delete target[method];
    ended.resolve();
  };
  return { begun: begun.promise, goOn };
}

it.each([
  ['looks for its parts', ResumableUploadsRepository, 'parts'],
  ['reads its parts', FileStore, 'read'],
] as const)(
  'S1.29: an upload becomes one file, also where another node makes it while one %s',
  async (_, part, method) => {
    const [one, other] = pair.nodes as [TestNode, TestNode];
    const here = await aPerson(one);
    const there = at(other, here);
    const content = someBytes(100_000);
    const { at: place } = await begin(here, 2 * content.length);
    expect((await append(here, place, 0, content)).status).toBe(204);
    // As a node leaves it that dies before the file is made.
    await one.rows(sql`UPDATE resumable_uploads SET size = received WHERE id = ${place.split('/').at(-1)}`);
    const { begun, goOn } = hold(other.node.app.get(part), method);
    const late = stateOf(there, place);
    await begun;
    const first = await stateOf(here, place);
    goOn();
    expect(await late).toEqual(first);
    expect(first).toEqual({ offset: content.length, file: expect.objectContaining({ fileSize: content.length }) });
    expect((await download(there, first.file.fileId)).content.equals(content)).toBe(true);
    expect(await stateOf(there, place)).toEqual(first);
    expect(await one.rows(sql`SELECT 1 FROM files WHERE uploader_id = ${here.id}`)).toHaveLength(1);
    const { onDisk, known } = await stored(one);
    expect(onDisk).toEqual(known);
  },
);

it('S1.29: a request that comes too late at one node does not disturb what goes on with the upload at another', async () => {
  const [one, other] = pair.nodes as [TestNode, TestNode];
  const before = { ...SEGMENT };
  SEGMENT.bytes = 50_000;
  const here = await aPerson(one);
  const there = at(other, here);
  const content = someBytes(200_000);
  const { at: place } = await begin(here, content.length);
  const ofUpload = () =>
    one.rows<{ received: number; file_id: string | null }>(
      sql`SELECT received::float8, file_id FROM resumable_uploads WHERE id = ${place.split('/').at(-1)}`,
    );
  // It has seen that nothing is there yet.
  const { begun, goOn } = hold(other.node.app.get(ResumableUploadsRepository), 'claim');
  const late = append(there, place, 0, content.subarray(0, 10_000));
  await begun;
  const socket = await openAppend(here, place, { offset: 0, length: content.length });
  socket.write(content.subarray(0, 60_000));
  await eventually('a part of it is kept', async () => ((await ofUpload())[0]?.received ?? 0) > 0);
  goOn();
  expect((await late).code).toBe('conflict');
  socket.write(content.subarray(60_000));
  const fileId = await eventually('it is whole', async () => (await ofUpload())[0]?.file_id);
  socket.destroy();
  Object.assign(SEGMENT, before);
  expect((await download(there, fileId)).content.equals(content)).toBe(true);
});
