import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type S3Server, startS3 } from '../../../test/s3-server.js';
import { ParleyError } from '../../kernel/errors.js';
import { DiskFileStore } from './disk-file-store.js';
import { ContentMissing, type FileStore } from './file-store.js';
import { partBytesOf, S3FileStore } from './s3-file-store.js';

type Answering = (request: IncomingMessage, response: ServerResponse) => unknown;

const MEBIBYTE = 1_048_576;
const directory = mkdtempSync(join(tmpdir(), 'parley-stores-'));
let server: S3Server;
beforeAll(async () => {
  server = await startS3();
});
afterAll(async () => {
  await server?.close();
  rmSync(directory, { recursive: true, force: true });
});

const s3 = (more: object = {}, deadlines = {}) =>
  new S3FileStore({ ...server.settings, ...more }, join(directory, 'spool'), deadlines);

async function* inParts(content: Buffer, size = 65_536): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

const whole = (store: FileStore, key: string, { length }: Buffer) =>
  store.read(key, { start: 0, end: length - 1 }).then(buffer);

describe.each<[string, () => FileStore]>([
  ['on the local disk', () => new DiskFileStore(join(directory, 'disk'))],
  ['in a bucket of S3', s3],
])('contents %s', (_, open) => {
  let store: FileStore;
  beforeAll(() => {
    store = open();
  });
  afterAll(() => store.close());

  it.each([
    ['one byte', 1],
    ['some', 100_000],
    ['a part to the byte', 5 * MEBIBYTE],
    ['several parts', 11 * MEBIBYTE + 7],
  ])('are read as they were written: %s', async (_size, length) => {
    const [key, content] = [randomUUID(), randomBytes(length)];
    await store.write(key, inParts(content));
    expect((await whole(store, key, content)).equals(content)).toBe(true);
  });

  it('are read in parts', async () => {
    const [key, content] = [randomUUID(), randomBytes(1_000)];
    await store.write(key, inParts(content, 7));
    for (const [start, end] of [
      [0, 0],
      [0, 9],
      [990, 999],
      [500, 500],
    ] as const) {
      const part = await store.read(key, { start, end }).then(buffer);
      expect(part.equals(content.subarray(start, end + 1))).toBe(true);
    }
  });

  it('are not there before all of them is, nor where they fail, with the reason that they fail with', async () => {
    const key = randomUUID();
    const reason = new ParleyError('too_large');
    const failing = async function* () {
      yield randomBytes(6 * MEBIBYTE);
      await expect(store.read(key, { start: 0, end: 0 })).rejects.toThrow(ContentMissing);
      throw reason;
    };
    await expect(store.write(key, failing())).rejects.toBe(reason);
    await expect(store.read(key, { start: 0, end: 0 })).rejects.toThrow(ContentMissing);
    expect(existsSync(join(directory, 'spool')) ? readdirSync(join(directory, 'spool')) : []).toEqual([]);
  });

  it('are gone once they are removed; what is not there can be removed as well', async () => {
    const [key, content] = [randomUUID(), randomBytes(10)];
    await store.remove(key);
    await store.write(key, inParts(content));
    await store.remove(key);
    await store.remove(key);
    await expect(store.read(key, { start: 0, end: 9 })).rejects.toThrow(ContentMissing);
  });

  it('are written side by side', async () => {
    const contents = Array.from({ length: 8 }, () => [randomUUID(), randomBytes(300_000)] as const);
    await Promise.all(contents.map(([key, content]) => store.write(key, inParts(content))));
    const read = await Promise.all(contents.map(([key, content]) => whole(store, key, content)));
    expect(read.map((each, i) => each.equals(contents[i]?.[1] as Buffer))).toEqual(contents.map(() => true));
  });
});

const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>secret</Message></Error>`;

describe('a server that is no good', () => {
  const answering =
    (status: number, body: string): Answering =>
    (_, response) =>
      response.writeHead(status, { 'content-type': 'application/xml' }).end(body);

  it.each<[string, string, Answering]>([
    ['403', 'service_unavailable', answering(403, xml('AccessDenied'))],
    ['404 for the bucket', 'service_unavailable', answering(404, xml('NoSuchBucket'))],
    ['503', 'service_unavailable', answering(503, xml('SlowDown'))],
    ['507', 'storage_full', answering(507, xml('XMinioStorageFull'))],
    ['what is no XML', 'service_unavailable', answering(500, 'secret')],
    ['nothing, and cuts the line', 'service_unavailable', (request) => request.socket.destroy()],
    ['nothing in its time', 'service_unavailable', () => undefined],
  ])('answers %s: %s, without a word of why, and nothing stays spooled', async (_, code, answer) => {
    const bad = createServer((request, response) => {
      request.resume();
      request.once('end', () => answer(request, response));
      request.once('error', () => undefined);
    });
    await new Promise<void>((ready) => bad.listen(0, '127.0.0.1', ready));
    const store = s3({ endpoint: `http://127.0.0.1:${(bad.address() as AddressInfo).port}` }, { requestTimeout: 300 });
    const faults = [
      await store.write(randomUUID(), inParts(randomBytes(10))).catch((each: unknown) => each),
      await store.write(randomUUID(), inParts(randomBytes(6 * MEBIBYTE))).catch((each: unknown) => each),
    ];
    expect(faults).toEqual([expect.objectContaining({ code }), expect.objectContaining({ code })]);
    expect(faults.map(String).join()).not.toContain('secret');
    expect(readdirSync(join(directory, 'spool'))).toEqual([]);
    store.close();
    bad.closeAllConnections();
    bad.close();
  });
});

it.each([
  ['for now, the content is not removed either, so that it is not forgotten', 503, 'SlowDown', false],
  ['for good, the content is removed', 501, 'NotImplemented', true],
  ['since the key may not, the content is removed', 403, 'AccessDenied', true],
])('where uploads that were begun are not listed %s', async (_, status, code, isRemoved) => {
  let removed = 0;
  const bad = createServer(({ method }, response) => {
    if (method === 'DELETE') removed += 1;
    if (method === 'DELETE') response.writeHead(204).end();
    else response.writeHead(status, { 'content-type': 'application/xml' }).end(xml(code));
  });
  await new Promise<void>((ready) => bad.listen(0, '127.0.0.1', ready));
  const store = s3({ endpoint: `http://127.0.0.1:${(bad.address() as AddressInfo).port}` });
  const fault = await store.remove(randomUUID()).catch((each: unknown) => each);
  expect([(fault as ParleyError | undefined)?.code, removed]).toEqual(
    isRemoved ? [undefined, 1] : ['service_unavailable', 0],
  );
  store.close();
  bad.close();
});

it('the largest content has no more parts than every server takes, and none too small', () => {
  const largest = 5_120 * MEBIBYTE;
  for (const size of [5 * MEBIBYTE + 1, 100 * MEBIBYTE, 5_000 * MEBIBYTE + 1, largest]) {
    expect(Math.ceil(size / partBytesOf(size))).toBeLessThanOrEqual(1_000);
    expect(partBytesOf(size)).toBeGreaterThanOrEqual(5 * MEBIBYTE);
  }
});

it('a content that S3 breaks off in the middle fails for its reader', async () => {
  const bad = createServer((_, response) => {
    response.writeHead(206, { 'content-length': 1_000, 'content-range': 'bytes 0-999/1000' });
    response.write(randomBytes(500), () => response.destroy());
  });
  await new Promise<void>((ready) => bad.listen(0, '127.0.0.1', ready));
  const store = s3({ endpoint: `http://127.0.0.1:${(bad.address() as AddressInfo).port}` });
  const content = await store.read(randomUUID(), { start: 0, end: 999 });
  await expect(buffer(content)).rejects.toThrow('aborted');
  store.close();
  bad.close();
});

describe('a content that S3 sends half of', () => {
  const content = randomBytes(400_000);
  const half = async (silence: number, rest: (response: ServerResponse) => unknown) => {
    const bad = createServer((_, response) => {
      const range = `bytes 0-${content.length - 1}/${content.length}`;
      response.writeHead(206, { 'content-length': content.length, 'content-range': range });
      response.write(content.subarray(0, 200_000), () => rest(response));
    });
    await new Promise<void>((ready) => bad.listen(0, '127.0.0.1', ready));
    const store = s3({ endpoint: `http://127.0.0.1:${(bad.address() as AddressInfo).port}` }, { silence });
    const close = () => {
      store.close();
      bad.closeAllConnections();
      bad.close();
    };
    return { read: await store.read(randomUUID(), { start: 0, end: content.length - 1 }), close };
  };

  it('fails for its reader where no more comes, and may be asked for again', async () => {
    const { read, close } = await half(300, () => undefined);
    const fault = await buffer(read).catch((each: unknown) => each);
    expect(fault).toMatchObject({ code: 'service_unavailable', extra: { retryAfterMs: 5_000 } });
    close();
  });

  it('is whole where the rest comes, however long its reader takes over the first of it', async () => {
    const { read, close } = await half(2_000, (response) => response.end(content.subarray(200_000)));
    const parts: Buffer[] = [];
    for await (const part of read as AsyncIterable<Buffer>) {
      if (parts.length === 0) await new Promise((resolve) => setTimeout(resolve, 3_000));
      parts.push(part);
    }
    expect(Buffer.concat(parts).equals(content)).toBe(true);
    close();
  });
});

describe('a bucket that refuses', () => {
  it.each([
    ['the key', { accessKey: 'another' }],
    ['the bucket', { bucket: 'another' }],
    ['every connection', { endpoint: 'http://127.0.0.1:1' }],
  ])('%s: may be asked again later, and nothing of why is told', async (_, more) => {
    const store = s3(more);
    const fault = await store.write(randomUUID(), inParts(randomBytes(10))).catch((each: unknown) => each);
    expect(fault).toMatchObject({
      code: 'service_unavailable',
      message: new ParleyError('service_unavailable').message,
    });
    store.close();
  });
});
