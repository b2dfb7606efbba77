import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AttachedFile } from '@parley/protocol';
import { eventually, type ParleyNode, TestUser } from '@parley/testkit';
import { Upload } from 'tus-js-client';
import { ENGINES, type Store } from './engines.js';

const MEBIBYTE = 1_048_576;
const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** Contents that are whole on the disk; those of before the last one are known to the database too. */
function wholeContents({ dataDirectory }: ParleyNode): number {
  const directory = join(dataDirectory, 'files');
  if (!existsSync(directory)) return 0;
  const names = readdirSync(directory).flatMap((folder) => readdirSync(join(directory, folder)));
  return names.filter((name) => !name.endsWith('.part')).length;
}

async function begin(user: TestUser, size: number): Promise<string> {
  const headers = {
    authorization: `Bearer ${user.token}`,
    'tus-resumable': '1.0.0',
    'upload-length': String(size),
    'upload-metadata': `filename ${Buffer.from('film.bin').toString('base64')}`,
  };
  const answer = await fetch(`${user.url}/api/files/uploads`, { method: 'POST', headers });
  return answer.headers.get('location') ?? '';
}

/** Sends these bytes of a longer content, and nothing more. */
function sendPart(user: TestUser, place: string, part: Buffer, size: number): void {
  const sent = request(`${user.url}${place}`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${user.token}`,
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
      'content-length': size,
    },
  });
  sent.on('error', () => undefined);
  sent.write(part);
}

/** Goes on with it as clients do. */
function resume({ url, token }: TestUser, place: string, content: Buffer) {
  const offsets: number[] = [];
  const finished = new Promise<AttachedFile>((resolve, reject) => {
    const upload = new Upload(content, {
      uploadUrl: `${url}${place}`,
      headers: { authorization: `Bearer ${token}` },
      onAfterResponse: (sent, answer) => {
        if (sent.getMethod() === 'HEAD') offsets.push(Number(answer.getHeader('Upload-Offset')));
      },
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve(JSON.parse(lastResponse.getHeader('Upload-File') ?? 'null')),
    });
    upload.start();
  });
  return { offsets, finished };
}

describe.each(ENGINES)('kill -9 in the middle of a resumable upload, on $engine', ({ open }) => {
  let store: Store;
  let node: ParleyNode;

  beforeEach(async () => {
    store = await open();
    node = await store.startNode();
  });

  afterEach(async () => {
    await node.stop();
    await store.close();
  });

  it('S1.29: what was kept is there still, and the rest of it makes a file that is whole', async () => {
    const content = randomBytes(20 * MEBIBYTE);
    const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
    const place = await begin(ann, content.length);
    sendPart(ann, place, content.subarray(0, 11 * MEBIBYTE), content.length);
    await eventually('two parts are on the disk', () => wholeContents(node) >= 2, 60_000);
    await node.kill();
    await node.stop();

    node = await store.startNode();
    const again = new TestUser(node.url, ann.id, ann.username, ann.token);
    const { offsets, finished } = resume(again, place, content);
    const file = await finished;
    expect(offsets).toHaveLength(1);
    expect(offsets[0]).toBeGreaterThan(0);
    expect(offsets[0]).toBeLessThanOrEqual(11 * MEBIBYTE);
    const read = await fetch(`${node.url}${file.downloadUrl}`, { headers: { authorization: `Bearer ${ann.token}` } });
    expect(hashOf(Buffer.from(await read.arrayBuffer()))).toBe(hashOf(content));
  });
});
