import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AttachedFile } from '@parley/protocol';
import { download, eventually, type ParleyNode, RestClient, TestUser, upload } from '@parley/testkit';
import { ENGINES, type Store } from './engines.js';

const ROUNDS = 2;
const AT_ONCE = 6;
/** In a round, before the node is killed. */
const ACKS_A_ROUND = 8;

/** A file that somebody sends, and what they were told of it. */
interface Sending {
  clientUploadId: string;
  clientMessageId: string;
  content: Buffer;
  file: AttachedFile | null;
  isSent: boolean;
}

const newSending = (): Sending => ({
  ...{ clientUploadId: randomUUID(), clientMessageId: randomUUID(), file: null, isSent: false },
  // Of all sizes, so that some are long on their way.
  content: randomBytes(1 + Math.floor(Math.random() * 300_000)),
});

/** Uploads and sends it, both under their own ids. */
async function run(user: RestClient, conversationId: string, sending: Sending): Promise<void> {
  const { clientUploadId, clientMessageId, content } = sending;
  const { status, file } = await upload(user, content, { clientUploadId });
  if (status >= 300) throw new Error(`${status} ${file.error?.code}`);
  sending.file = file;
  await user.send(conversationId, { clientMessageId, content: '', type: 'file', metadata: { fileId: file.fileId } });
  sending.isSent = true;
}

describe.each(ENGINES)('kill -9 in the middle of uploads, on $engine', ({ open }) => {
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

  it('S1.29: what was acknowledged is there to the byte, and a repeat of the rest makes no second file', async () => {
    const ann = await TestUser.ofHost(node.url, { externalId: 'ann', name: 'Ann' });
    const bob = await TestUser.ofHost(node.url, { externalId: 'bob', name: 'Bob' });
    const { id } = await ann.rest.createConversation({ type: 'direct', memberIds: [bob.id] });
    const all: Sending[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const user = new RestClient(node.url, ann.token);
      const sendings: Sending[] = [];
      const worker = async () => {
        for (;;) {
          const sending = newSending();
          sendings.push(sending);
          await run(user, id, sending);
        }
      };
      // Each ends with the node.
      const workers = Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
      await eventually('enough is sent', () => sendings.filter(({ isSent }) => isSent).length >= ACKS_A_ROUND, 60_000);
      await node.kill();
      await workers;
      await node.stop();
      expect(sendings.some(({ isSent }) => !isSent)).toBe(true);
      all.push(...sendings);
      node = await store.startNode();
      const reader = new RestClient(node.url, bob.token);
      const uploader = new RestClient(node.url, ann.token);
      for (const { file, isSent, content } of sendings) {
        if (isSent && file) expect(await download(reader, file)).toEqual(content);
        else if (file) expect(await download(uploader, file)).toEqual(content);
      }
    }
    const user = new RestClient(node.url, ann.token);
    for (const sending of all) await run(user, id, sending);
    const messages = [];
    for await (const { items } of user.history(id)) messages.push(...items);
    expect(messages).toHaveLength(all.length);
    const fileIds = new Set(messages.map(({ metadata }) => metadata.fileId));
    expect(fileIds).toEqual(new Set(all.map(({ file }) => file?.fileId)));
  });
});
