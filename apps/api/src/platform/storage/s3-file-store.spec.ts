import { randomBytes, randomUUID } from 'node:crypto';
import dns from 'node:dns';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { clientOf, type S3Server, startS3, uploadsIn } from '../../../test/s3-server.js';
import { S3FileStore } from './s3-file-store.js';

const MEBIBYTE = 1_048_576;
const spool = mkdtempSync(join(tmpdir(), 'parley-spool-'));
let server: S3Server;
beforeAll(async () => {
  server = await startS3();
});
afterAll(async () => {
  await server?.close();
  rmSync(spool, { recursive: true });
});

const open = (more: object = {}) => new S3FileStore({ ...server.settings, ...more }, spool);

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

it('a content is read across the borders of the parts that it was sent in', async () => {
  const [store, key, content] = [open(), randomUUID(), randomBytes(11 * MEBIBYTE)];
  await store.write(key, once(content));
  for (const border of [5 * MEBIBYTE, 10 * MEBIBYTE]) {
    const part = await store.read(key, { start: border - 3, end: border + 3 }).then(buffer);
    expect(part.equals(content.subarray(border - 3, border + 4))).toBe(true);
  }
  await store.remove(key);
  store.close();
});

it('a bucket may stand in the host of its addresses', async () => {
  const { lookup } = dns;
  // No resolver that there is everywhere knows these names.
  const known = (name: string) => (name.endsWith('.localhost') ? '127.0.0.1' : name);
  const around = (name: string, ...rest: unknown[]): void => Reflect.apply(lookup, dns, [known(name), ...rest]);
  dns.lookup = Object.assign(around, { __promisify__: lookup.__promisify__ });
  const { port } = new URL(server.settings.endpoint ?? '');
  const [inHost, inPath] = [open({ isPathStyle: false, endpoint: `http://s3.localhost:${port}` }), open()];
  try {
    for (const length of [10, 6 * MEBIBYTE]) {
      const [key, content] = [randomUUID(), randomBytes(length)];
      await inHost.write(key, once(content));
      for (const store of [inHost, inPath]) {
        expect((await store.read(key, { start: 0, end: length - 1 }).then(buffer)).equals(content)).toBe(true);
      }
      await inHost.remove(key);
    }
  } finally {
    dns.lookup = lookup;
    inHost.close();
    inPath.close();
  }
});

it('what a killed node has begun of a content is removed with it, and what is begun of others is not', async () => {
  if (!server.listsUploads) return;
  const [client, store] = [clientOf(server), open()];
  const begin = async (key: string) => {
    const place = { Bucket: server.settings.bucket, Key: `files/${key}` };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
    await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body: randomBytes(1_000) }));
  };
  const [killed, other] = [randomUUID(), randomUUID()];
  for (const key of [killed, other, killed]) await begin(key);
  await store.remove(killed);
  expect(await uploadsIn(server)).toEqual([`files/${other}`]);
  await store.remove(other);
  expect(await uploadsIn(server)).toEqual([]);
  expect(server.kept).toBe(0);
  store.close();
  client.destroy();
});
