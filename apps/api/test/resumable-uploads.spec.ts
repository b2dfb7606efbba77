import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, TcpProxy } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { CLEANUP, FileCleanup, SEGMENT } from '../src/modules/files/index.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person, succeeded } from './people.js';
import { append, ask, begin, fileIn, metadataOf, PART_TYPE, stateOf, uploadByTus } from './tus.js';
import { aFile, beginUpload, download, someBytes, stored, upload } from './uploads.js';

const MOST = 1_000_000;
const ORIGIN = 'https://app.example';
const before = { ...SEGMENT };

let node: TestNode;
let ann: Person;
beforeAll(async () => {
  SEGMENT.bytes = 100_000;
  const env = { MAX_FILE_BYTES: String(MOST), FILE_BYTES_PER_USER: String(3 * MOST), FRONTEND_URL: ORIGIN };
  node = await startNode(env);
  ann = await aPerson(node);
});
afterAll(async () => {
  Object.assign(SEGMENT, before);
  await node.close();
});

const idIn = (at: string) => at.split('/').at(-1);
const authorization = ({ token }: Person) => ({ authorization: `Bearer ${token}` });
/** What is kept of an upload, by its id or its clientUploadId: nobody is asked to end for it. */
async function receivedOf(id: string | undefined): Promise<number> {
  const [row] = await node.rows<{ received: number }>(
    sql`SELECT received::float8 FROM resumable_uploads WHERE ${id} IN (id::text, client_upload_id::text)`,
  );
  return row?.received ?? 0;
}

/** Of what is being written. */
function draftBytes(): number {
  const directory = node.filesDirectory;
  const paths = readdirSync(directory).flatMap((folder) =>
    readdirSync(join(directory, folder)).map((name) => join(directory, folder, name)),
  );
  const sizes = paths
    .filter((path) => path.endsWith('.part'))
    .map((path) => statSync(path, { throwIfNoEntry: false })?.size);
  return sizes.reduce((sum: number, size) => sum + (size ?? 0), 0);
}

async function expectWhole(): Promise<void> {
  const { onDisk, known } = await stored(node);
  expect(onDisk).toEqual(known);
}

/** The beginning of a request whose rest never comes. */
async function beginPatch(person: Person, at: string, length: number) {
  const { hostname, port } = new URL(node.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `PATCH ${at} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${person.token}\r\nTus-Resumable: 1.0.0\r\n` +
      `Upload-Offset: 0\r\nContent-Type: ${PART_TYPE}\r\nContent-Length: ${length}\r\n\r\n`,
  );
  return socket;
}

describe('a client of tus', () => {
  it('S1.29: uploads in several requests, and the file is what POST files would have made of it', async () => {
    const content = someBytes(250_000);
    const clientUploadId = randomUUID();
    const metadata = { filename: 'naïve 報告.bin', clientUploadId };
    const file = await uploadByTus(node.url, content, { chunkSize: 60_000, headers: authorization(ann), metadata });
    const posted = await upload(ann, { content, name: 'naïve 報告.bin', fields: { clientUploadId } });
    expect([posted.status, posted.body]).toEqual([200, file]);
    expect((await download(ann, file.fileId)).content.equals(content)).toBe(true);
    await expectWhole();
  });

  it('S1.29: goes on where it was when its line is cut', async () => {
    const { hostname, port } = new URL(node.url);
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port) });
    try {
      await proxy.mode({ bytesPerSecond: MOST / 4 });
      const content = someBytes(MOST);
      const offsets: number[] = [];
      const clientUploadId = randomUUID();
      const uploaded = uploadByTus(`http://${proxy.host}:${proxy.port}`, content, {
        headers: authorization(ann),
        metadata: { filename: 'a.bin', clientUploadId },
        retryDelays: Array(10).fill(0),
        onAfterResponse: (request, response) => {
          if (request.getMethod() === 'HEAD') offsets.push(Number(response.getHeader('Upload-Offset')));
        },
      });
      await eventually('some of it is kept', async () => (await receivedOf(clientUploadId)) > 0);
      await proxy.mode('pass');
      proxy.reset();
      const file = await uploaded;
      expect(offsets[0]).toBeGreaterThan(0);
      expect((await download(ann, file.fileId)).content.equals(content)).toBe(true);
      await expectWhole();
    } finally {
      await proxy.close();
    }
  });

  it('after a reload goes on with the upload of its clientUploadId', async () => {
    const content = someBytes(200_000);
    const metadata = { filename: 'a.bin', clientUploadId: randomUUID() };
    const { at } = await begin(ann, content.length, metadata);
    await append(ann, at, 0, content.subarray(0, 120_000));
    const sent: string[] = [];
    const file = await uploadByTus(node.url, content, {
      headers: authorization(ann),
      metadata,
      retryDelays: [0],
      onAfterResponse: (request, response) => void sent.push(`${request.getMethod()} ${response.getStatus()}`),
    });
    expect(sent).toEqual(['POST 201', 'PATCH 409', 'HEAD 200', 'PATCH 204']);
    expect((await download(ann, file.fileId)).content.equals(content)).toBe(true);
  });

  it('of a page of another origin may read what it needs, and nobody else may', async () => {
    const { headers } = await ask(ann, `HEAD ${(await begin(ann, 10)).at}`, { headers: { origin: ORIGIN } });
    const exposed = headers.get('access-control-expose-headers')?.split(',') ?? [];
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(exposed).toEqual(expect.arrayContaining(['Location', 'Upload-Offset', 'Upload-Length', 'Upload-File']));
    const preflight = await fetch(`${node.url}/api/files/uploads`, {
      method: 'OPTIONS',
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'upload-offset',
      },
    });
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('upload-offset');
    const other = await ask(ann, 'POST /api/files/uploads', { headers: { origin: 'https://evil.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('what has come', () => {
  it('is kept of a request whose line was cut', async () => {
    const content = someBytes(400_000);
    const { at } = await begin(ann, content.length);
    const socket = await beginPatch(ann, at, content.length);
    socket.write(content.subarray(0, 350_000));
    await eventually('segments are kept, and the rest is being written', async () => {
      const received = await receivedOf(idIn(at));
      return received > 100_000 && received + draftBytes() === 350_000;
    });
    socket.destroy();
    await eventually('the rest is kept too', async () => (await receivedOf(idIn(at))) === 350_000);
    const { offset = 0 } = await stateOf(ann, at);
    const last = await append(ann, at, offset, content.subarray(offset));
    expect((await download(ann, fileIn(last.headers).fileId)).content.equals(content)).toBe(true);
    await expectWhole();
  });

  it('is kept of a request that hangs when another asks how far it has come', async () => {
    const content = someBytes(100_000);
    const { at } = await begin(ann, content.length);
    const socket = await beginPatch(ann, at, content.length);
    socket.write(content.subarray(0, 50_000));
    await eventually('it is being written', () =>
      node.rows(sql`SELECT 1 FROM file_contents WHERE state = 'writing'`).then((rows) => rows.length > 0),
    );
    const { offset = 0 } = await stateOf(ann, at);
    expect(offset).toBeGreaterThan(0);
    const last = await append(ann, at, offset, content.subarray(offset));
    socket.destroy();
    expect((await download(ann, fileIn(last.headers).fileId)).content.equals(content)).toBe(true);
    await expectWhole();
  });

  it('is taken once, whoever sends it at the same time, and nothing beyond its end', async () => {
    const content = someBytes(100_000);
    const { at } = await begin(ann, content.length);
    const first = content.subarray(0, 40_000);
    // The one that comes later asks the other to end, wherever that is.
    await Promise.all([append(ann, at, 0, first), append(ann, at, 0, first)]);
    const { offset = 0 } = await stateOf(ann, at);
    await append(ann, at, offset, content.subarray(offset, 40_000));
    expect((await append(ann, at, 0, first)).code).toBe('conflict');
    expect((await append(ann, at, 40_000, someBytes(60_001))).code).toBe('too_large');
    const last = await append(ann, at, 40_000, content.subarray(40_000));
    const { file } = await stateOf(ann, at);
    expect(fileIn(last.headers)).toEqual(file);
    expect((await download(ann, file.fileId)).content.equals(content)).toBe(true);
    expect((await append(ann, at, content.length, Buffer.alloc(0))).status).toBe(204);
    await expectWhole();
  });

  it('becomes a file when it is asked for, where a node died before it could', async () => {
    const content = someBytes(50_000);
    const { at } = await begin(ann, 2 * content.length);
    await append(ann, at, 0, content);
    await node.rows(sql`UPDATE resumable_uploads SET size = received WHERE id = ${idIn(at)}`);
    const { file } = await stateOf(ann, at);
    expect((await download(ann, file.fileId)).content.equals(content)).toBe(true);
    expect(await node.rows(sql`SELECT 1 FROM upload_parts WHERE upload_id = ${idIn(at)}`)).toEqual([]);
    expect((await stateOf(ann, at)).file).toEqual(file);
  });

  it('is stored once, where the same content was uploaded before', async () => {
    const cat = await aPerson(node);
    const content = someBytes(1_000);
    await aFile(cat, content);
    const { at } = await begin(cat, content.length);
    await append(cat, at, 0, content);
    expect(await node.rows(sql`SELECT 1 FROM file_contents WHERE uploader_id = ${cat.id}`)).toHaveLength(1);
    await expectWhole();
  });
});

describe('one clientUploadId', () => {
  it('is one upload, and another file is refused under it', async () => {
    const values = { filename: 'a.bin', clientUploadId: randomUUID() };
    const begun = await Promise.all(Array.from({ length: 5 }, () => begin(ann, 10, values)));
    expect(begun.map(({ status }) => status)).toEqual(Array(5).fill(201));
    expect(new Set(begun.map(({ at }) => at)).size).toBe(1);
    expect((await begin(ann, 11, values)).code).toBe('idempotency_conflict');
    expect((await begin(ann, 10, { ...values, filename: 'b.bin' })).code).toBe('idempotency_conflict');
  });

  it('has come to its end where a form has brought the file', async () => {
    const clientUploadId = randomUUID();
    const posted = succeeded(await upload(ann, { content: someBytes(10), fields: { clientUploadId } }));
    const again = await begin(ann, 10, { filename: 'a.bin', clientUploadId });
    expect(fileIn(again.headers)).toEqual(posted);
    expect(await stateOf(ann, again.at)).toEqual({ offset: 10, file: posted });
    expect((await begin(ann, 11, { filename: 'a.bin', clientUploadId })).code).toBe('idempotency_conflict');
  });
});

describe('refusals', () => {
  const headers = { 'upload-length': '10', 'upload-metadata': metadataOf({ filename: 'a.bin' }) };
  const first = { 'upload-offset': '0', 'content-type': PART_TYPE };

  it.each([
    ['a byte too many', { 'upload-length': String(MOST + 1) }, 'too_large'],
    ['an empty file', { 'upload-length': '0' }, 'validation_failed'],
    ['no length', { 'upload-length': undefined }, 'validation_failed'],
    ['a length that is none', { 'upload-length': '-1' }, 'validation_failed'],
    ['a length that is not known yet', { 'upload-length': undefined, 'upload-defer-length': '1' }, 'unsupported'],
    ['no name', { 'upload-metadata': undefined }, 'validation_failed'],
    ['an empty name', { 'upload-metadata': 'filename' }, 'validation_failed'],
    ['a name of 10 KB', { 'upload-metadata': metadataOf({ filename: 'n'.repeat(10_240) }) }, 'validation_failed'],
    ['metadata that is none', { 'upload-metadata': 'filename x x' }, 'validation_failed'],
    [
      'an id that is none',
      { 'upload-metadata': metadataOf({ filename: 'a', clientUploadId: 'x' }) },
      'validation_failed',
    ],
    ['no version of tus', { 'tus-resumable': undefined }, 'validation_failed'],
    ['another version of tus', { 'tus-resumable': '0.2.0' }, 'validation_failed'],
    ['one of several files', { 'upload-concat': 'partial' }, 'unsupported'],
    ['no token', { authorization: undefined }, 'unauthenticated'],
  ])('attack 46: %s begins nothing', async (_, wrong, code) => {
    const count = () => node.rows(sql`SELECT count(*) FROM resumable_uploads`);
    const there = await count();
    const answer = await ask(ann, 'POST /api/files/uploads', { headers: { ...headers, ...wrong } });
    expect([answer.code, answer.headers.get('content-type')]).toEqual([code, 'application/json; charset=utf-8']);
    expect(await count()).toEqual(there);
  });

  it.each([
    ['a form', { 'content-type': 'multipart/form-data; boundary=x' }, 'unsupported_media_type'],
    ['no type', { 'content-type': 'text/plain' }, 'unsupported_media_type'],
    ['no place', { 'upload-offset': undefined }, 'validation_failed'],
    ['a place that is none', { 'upload-offset': '-1' }, 'validation_failed'],
    ['another place', { 'upload-offset': '5' }, 'conflict'],
    ['no version of tus', { 'tus-resumable': undefined }, 'validation_failed'],
    ['another length', { 'upload-length': '20' }, 'unsupported'],
  ])('attack 46: %s brings nothing, and keeps nothing on the disk', async (_, wrong, code) => {
    const { at } = await begin(ann, 10);
    const there = await stored(node);
    const answer = await ask(ann, `PATCH ${at}`, { headers: { ...first, ...wrong }, body: someBytes(10) });
    expect(answer.code).toBe(code);
    expect(await stateOf(ann, at)).toEqual({ offset: 0, file: null });
    expect(await stored(node)).toEqual(there);
    await ask(ann, `DELETE ${at}`);
  });

  it('attack 28: an upload of somebody else is like one that does not exist', async () => {
    const { at } = await begin(ann, 10);
    const bob = await aPerson(node);
    for (const path of [at, `/api/files/uploads/${randomUUID()}`]) {
      expect((await stateOf(bob, path)).status).toBe(404);
      expect((await append(bob, path, 0, someBytes(10))).code).toBe('not_found');
      expect((await ask(bob, `DELETE ${path}`)).code).toBe('not_found');
    }
    expect(await stateOf(ann, at)).toEqual({ offset: 0, file: null });
    const values = { filename: 'a.bin', clientUploadId: randomUUID() };
    expect((await begin(bob, 10, values)).at).not.toBe((await begin(ann, 10, values)).at);
  });

  it('attack 47: what is announced counts as stored, also for those who upload at once', async () => {
    const cat = await aPerson(node);
    const begun = [await begin(cat, MOST), await begin(cat, MOST), await begin(cat, MOST)];
    expect(begun.map(({ code }) => code)).toEqual([201, 201, 201]);
    expect((await begin(cat, 1)).code).toBe('too_large');
    expect((await upload(cat, { content: someBytes(10) })).body.error.code).toBe('too_large');
    const socket = await beginUpload(cat, MOST / 2, Buffer.alloc(10));
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 413 .*"quota"/s);
    socket.destroy();
    await ask(cat, `DELETE ${begun[0]?.at}`);
    const { at } = await begin(cat, MOST);
    const content = someBytes(MOST);
    const last = await append(cat, at, 0, content);
    expect(fileIn(last.headers).fileSize).toBe(MOST);
  });

  it('attack 47: nobody has more than fifty uploads that are not whole, and none has parts without number', async () => {
    const cat = await aPerson(node);
    const { at } = await begin(cat, 1_000);
    await node.rows(sql`UPDATE resumable_uploads SET part_count = 200 WHERE id = ${idIn(at)}`);
    expect((await append(cat, at, 0, someBytes(1))).code).toBe('validation_failed');
    for (let i = 1; i < 50; i += 1) await begin(cat, 1);
    expect((await begin(cat, 1)).code).toBe('rate_limited');
  });
});

describe('an upload that is given up', () => {
  it('leaves nothing, also where it is still coming', async () => {
    const there = await stored(node);
    const { at } = await begin(ann, 400_000);
    const socket = await beginPatch(ann, at, 400_000);
    socket.write(someBytes(350_000));
    await eventually('parts are kept', async () => (await receivedOf(idIn(at))) > 0);
    expect((await ask(ann, `DELETE ${at}`)).status).toBe(204);
    expect((await stateOf(ann, at)).status).toBe(404);
    socket.destroy();
    await eventually('nothing is left', async () => (await stored(node)).known.length === there.known.length);
    expect(await stored(node)).toEqual(there);
  });

  it('is removed a day after the last of it; what has become a file stays', async () => {
    const kept = await aFile(ann);
    const { at } = await begin(ann, 100);
    await append(ann, at, 0, someBytes(50));
    await node.node.app.get(FileCleanup).run();
    expect((await stateOf(ann, at)).offset).toBe(50);
    await node.rows(
      sql`UPDATE resumable_uploads SET touched_at = touched_at - ${CLEANUP.keptMs * 2} * interval '1 millisecond'`,
    );
    expect((await stateOf(ann, at)).status).toBe(404);
    expect((await append(ann, at, 50, someBytes(50))).code).toBe('not_found');
    await node.node.app.get(FileCleanup).run();
    expect(await node.rows(sql`SELECT 1 FROM resumable_uploads`)).toEqual([]);
    expect(await node.rows(sql`SELECT 1 FROM file_contents WHERE state <> 'stored'`)).toEqual([]);
    expect((await download(ann, kept)).status).toBe(200);
    await expectWhole();
  });
});

it('FILES=off: nothing of it is offered', async () => {
  const { node: off, ann: anybody } = await nodeWithoutFiles();
  expect((await begin(anybody, 10)).code).toBe('unsupported');
  expect((await append(anybody, `/api/files/uploads/${randomUUID()}`, 0, someBytes(1))).code).toBe('unsupported');
  await off.close();
});

async function nodeWithoutFiles() {
  const off = await startNode({ FILES: 'off' });
  return { node: off, ann: await aPerson(off) };
}
