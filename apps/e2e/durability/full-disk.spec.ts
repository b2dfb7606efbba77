import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { download, freshDirectory, ParleyNode, PostgresCluster, TestUser, upload } from '@parley/testkit';

const MEBIBYTE = 1_048_576;

/** A file of that process cannot grow beyond this, as if its disk had no more room. */
const limitFiles = ({ pid }: ParleyNode, bytes: number | 'unlimited') =>
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);

it('F16: without room for a file an upload is storage_full, nothing of it stays, messages go on, and with room it is repeated', async () => {
  const cluster = await PostgresCluster.start();
  const dataDirectory = freshDirectory('full');
  const DATABASE_URL = await cluster.createDatabase('full');
  const node = await ParleyNode.start({ dataDirectory, env: { DATABASE_URL } });
  const session = await cluster.connect('full');
  try {
    const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
    const { id } = await ann.rest.createConversation({ type: 'group', name: 'G', memberIds: [] });
    const small = await upload(ann, randomBytes(1_000));
    limitFiles(node, MEBIBYTE);
    const [content, clientUploadId] = [randomBytes(3 * MEBIBYTE), randomUUID()];
    const answers = await Promise.all(
      [clientUploadId, undefined, undefined].map((key) => upload(ann, content, { clientUploadId: key })),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 507, file: { error: { code: 'storage_full', retryable: true } } });
    }
    const files = join(dataDirectory, 'files');
    expect(readdirSync(files).flatMap((folder) => readdirSync(join(files, folder)))).toHaveLength(1);
    expect((await session.query('SELECT state FROM file_contents')).rows).toEqual([{ state: 'stored' }]);
    await ann.rest.send(id, { clientMessageId: randomUUID(), content: 'There is room for this.' });
    expect((await upload(ann, randomBytes(1_000))).status).toBe(201);
    expect(await download(ann, small.file)).toHaveLength(1_000);
    limitFiles(node, 'unlimited');
    const again = await upload(ann, content, { clientUploadId });
    expect(again.status).toBe(201);
    expect(await download(ann, again.file)).toEqual(content);
  } finally {
    await session.end();
    await node.stop();
    await cluster.stop();
  }
});
