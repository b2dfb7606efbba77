import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { CLEANUP, FileCleanup } from '../src/modules/files/index.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person, succeeded } from './people.js';
import { type S3Server, s3Env, startS3, uploadsIn } from './s3-server.js';
import { append, ask, begin, fileIn } from './tus.js';
import { download, someBytes, upload } from './uploads.js';

const MEBIBYTE = 1_048_576;

let server: S3Server;
let node: TestNode;
let ann: Person;
beforeAll(async () => {
  server = await startS3();
  node = await startNode(s3Env(server));
  ann = await aPerson(node);
});
afterAll(async () => {
  await node?.close();
  await server?.close();
});

/** Until all that is not kept is old enough for the clean-up, and it has been there. */
async function cleanUp(of: TestNode): Promise<void> {
  await of.rows(sql`UPDATE files SET loose_since = loose_since - ${CLEANUP.keptMs * 2} * interval '1 millisecond'`);
  await of.rows(sql`UPDATE file_contents SET used_at = used_at - ${CLEANUP.keptMs * 2} * interval '1 millisecond'`);
  await of.node.app.get(FileCleanup).run();
}

const contents = () => node.rows(sql`SELECT 1 FROM file_contents`);

it('a file goes to the bucket and comes from it, whole and in part, and is removed there', async () => {
  const content = someBytes(6 * MEBIBYTE);
  const { fileId } = succeeded(await upload(ann, { content }));
  expect((await download(ann, fileId)).content.equals(content)).toBe(true);
  const part = await download(ann, fileId, { headers: { range: 'bytes=5000000-5999999' } });
  expect(part.status).toBe(206);
  expect(part.content.equals(content.subarray(5_000_000, 6_000_000))).toBe(true);
  expect(server.kept).toBeGreaterThan(0);
  await cleanUp(node);
  expect((await download(ann, fileId)).status).toBe(404);
  expect(await contents()).toEqual([]);
  await eventually('nothing is left', () => server.kept === 0);
});

it('an upload in several requests is kept there in parts, and then as one', async () => {
  const content = someBytes(6 * MEBIBYTE);
  const { at } = await begin(ann, content.length);
  await append(ann, at, 0, content.subarray(0, 5 * MEBIBYTE));
  const last = await append(ann, at, 5 * MEBIBYTE, content.subarray(5 * MEBIBYTE));
  const { fileId } = fileIn(last.headers);
  expect((await download(ann, fileId)).content.equals(content)).toBe(true);
  expect(await contents()).toHaveLength(1);
  await ask(ann, `DELETE ${at}`);
  await cleanUp(node);
  expect(await contents()).toEqual([]);
});

it('while S3 is away uploads and downloads may be repeated, and nothing of them stays', async () => {
  const { fileId } = succeeded(await upload(ann));
  const before = await contents();
  await server.stop();
  const [sent, read] = [await upload(ann), await download(ann, fileId)];
  expect([sent.status, read.status]).toEqual([503, 503]);
  expect(sent.body.error).toMatchObject({ code: 'service_unavailable', retryable: true });
  // The row of what could not be removed from the store waits for the clean-up.
  const passing = await node.rows(sql`SELECT 1 FROM file_contents WHERE state <> 'stored'`);
  expect((await contents()).length - passing.length).toBe(before.length);
  await server.launch();
  expect((await download(ann, fileId)).status).toBe(200);
  expect((await upload(ann)).status).toBe(201);
});

it('where S3 is killed in the middle of an upload a repeat is whole, and what was begun before is removed', async () => {
  // Without a list of them nobody finds what was begun.
  if (!server.listsUploads) return;
  await cleanUp(node);
  const [content, fields] = [someBytes(26 * MEBIBYTE), { clientUploadId: randomUUID() }];
  const begun = upload(ann, { content, fields });
  await eventually('a part is there', async () => server.kept > 1 && (await uploadsIn(server)).length > 0);
  await server.stop();
  expect((await begun).body.error).toMatchObject({ code: 'service_unavailable', retryable: true });
  await server.launch();
  const { fileId } = succeeded(await upload(ann, { content, fields }));
  expect((await download(ann, fileId)).content.equals(content)).toBe(true);
  await node.rows(sql`UPDATE file_contents SET used_at = now() - interval '3 days' WHERE state <> 'stored'`);
  await node.node.app.get(FileCleanup).run();
  expect(await node.rows(sql`SELECT state FROM file_contents`)).toEqual([{ state: 'stored' }]);
  expect(await uploadsIn(server)).toEqual([]);
});
