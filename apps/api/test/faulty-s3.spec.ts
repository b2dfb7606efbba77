import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { FileCleanup } from '../src/modules/files/index.js';
import { type Answering, FaultyS3, refusal } from './faulty-s3.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person } from './people.js';
import { append, begin, fileIn, stateOf } from './tus.js';
import { aFile, download, someBytes, upload } from './uploads.js';

describe('a store that does not do as it is asked', () => {
  const s3 = new FaultyS3();
  let node: TestNode;
  let ann: Person;
  beforeAll(async () => {
    await s3.start();
    node = await startNode(s3.env);
    await s3.tried();
    ann = await aPerson(node);
  });
  afterAll(async () => {
    await node.close();
    await s3.close();
  });

  const cut: Answering = (asked) => asked.socket.destroy();

  /** Once S3 is itself again, and the clean-up was there. */
  async function expectTidy(): Promise<void> {
    await node.node.app.get(FileCleanup).run();
    const rows = await node.rows<{ id: string; state: string }>(sql`SELECT id, state FROM file_contents ORDER BY id`);
    expect(rows.map(({ state }) => state)).toEqual(rows.map(() => 'stored'));
    expect(s3.keys()).toEqual(rows.map(({ id }) => id));
    const spool = join(dirname(node.filesDirectory), 'spool');
    expect(existsSync(spool) ? readdirSync(spool) : []).toEqual([]);
  }

  it.each<[string, Answering]>([
    ['403', refusal(403, 'AccessDenied')],
    ['404 for its bucket', refusal(404, 'NoSuchBucket')],
    ['503', refusal(503, 'SlowDown')],
    ['nothing, and cuts the line', cut],
  ])(
    'answers %s: files are service_unavailable in each way, nothing stays, and later they are whole',
    async (_, answering) => {
      const content = someBytes(50_000);
      const there = await aFile(ann, content);
      const clientUploadId = randomUUID();
      const { at } = await begin(ann, content.length, { filename: 'b.bin', clientUploadId });
      s3.answering = answering;
      const posted = await upload(ann);
      const appended = await append(ann, at, 0, someBytes(10));
      const read = await download(ann, there);
      s3.answering = null;
      expect(posted.body.error).toMatchObject({ code: 'service_unavailable', retryable: true });
      expect(appended.code).toBe('service_unavailable');
      expect([read.status, JSON.parse(String(read.content)).error.code]).toEqual([503, 'service_unavailable']);
      expect(posted.text + read.content).not.toContain('secret');
      expect(await stateOf(ann, at)).toEqual({ offset: 0, file: null });
      await expectTidy();
      const other = someBytes(content.length);
      const last = await append(ann, at, 0, other);
      expect((await download(ann, fileIn(last.headers).fileId)).content.equals(other)).toBe(true);
      expect((await download(ann, there)).content.equals(content)).toBe(true);
      await expectTidy();
    },
  );

  it('answers slowly: files are whole', async () => {
    const content = someBytes(50_000);
    s3.delayMs = 300;
    const id = await aFile(ann, content);
    expect((await download(ann, id)).content.equals(content)).toBe(true);
    s3.delayMs = 0;
    await expectTidy();
  });

  it('breaks off in the middle of a content: its reader learns that it is not whole, and may read it again', async () => {
    const content = someBytes(50_000);
    const id = await aFile(ann, content);
    s3.answering = (_, answer) => {
      answer.writeHead(206, { 'content-length': content.length, 'content-range': `bytes 0-49999/${content.length}` });
      answer.write(content.subarray(0, 20_000), () => answer.destroy());
    };
    await expect(download(ann, id)).rejects.toThrow();
    s3.answering = null;
    expect((await download(ann, id)).content.equals(content)).toBe(true);
  });

  it('has lost a content: its reader is told as of a file that is not there', async () => {
    const id = await aFile(ann);
    s3.answering = refusal(404, 'NoSuchKey');
    const read = await download(ann, id);
    s3.answering = null;
    expect([read.status, JSON.parse(String(read.content)).error.code]).toEqual([404, 'not_found']);
  });
});
