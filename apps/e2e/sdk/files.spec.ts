import { createHash, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClientOptions, memoryStorage, type Upload } from '@parley/client';
import type { AttachedFile } from '@parley/protocol';
import { eventually, ParleyNode, TcpProxy } from '@parley/testkit';
import { type Device, Person } from './person.js';
import { when } from './when.js';

/** Larger than what goes in one request. */
const LARGE_BYTES = 12_000_000;
/** Less than that, and more than half of it. */
const CUT_AFTER = 7_000_000;

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

describe('Files of a client', () => {
  let node: ParleyNode;
  let link: TcpProxy;
  let ada: Person;
  let grace: Person;
  let id: string;
  let devices: Device[] = [];

  beforeAll(async () => {
    node = await ParleyNode.start();
    link = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(node.url).port) });
    ada = await Person.named('ada', node.url);
    grace = await Person.named('grace', node.url);
    id = (await ada.rest.createConversation({ type: 'group', name: 'Files', memberIds: [grace.id] })).id;
  });

  afterEach(async () => {
    await link.mode('pass');
    await Promise.all(devices.map(({ client }) => client.stop()));
    devices = [];
  });

  afterAll(async () => {
    await link.close();
    await node.stop();
  });

  function device(options: Partial<ClientOptions> = {}): Device {
    const made = ada.device({ url: `http://127.0.0.1:${link.port}`, ...options });
    devices.push(made);
    return made;
  }

  const stored = async (content: Blob, { fileId }: AttachedFile) => {
    const answer = await fetch(`${node.url}/api/files/${fileId}`, {
      headers: { authorization: `Bearer ${ada.token}` },
    });
    return {
      isWhole: sha256(await answer.bytes()) === sha256(await content.bytes()),
      name: answer.headers.get('content-disposition'),
    };
  };

  it('S1.29: a small file goes in one request, under its name, and a link shows it without a token', async () => {
    const content = new File([randomBytes(100_000)], 'naïve 報告.bin');
    const { client } = device();
    const upload = client.upload(content);
    const file = await upload.finished;
    expect(file).toMatchObject({ fileName: content.name, fileSize: content.size });
    expect(upload.getSnapshot()).toEqual({ state: 'done', sentBytes: content.size, file, error: null });
    expect((await stored(content, file)).isWhole).toBe(true);
    const links = await Promise.all([client.fileUrl(file.fileId), client.fileUrl(file.fileId)]);
    expect(links[0]).toBe(links[1]);
    expect(sha256(await (await fetch(links[0])).bytes())).toBe(sha256(await content.bytes()));
  });

  it('S1.29: a large file over a line that is cut goes on from where it was, and is whole', async () => {
    const content = new Blob([randomBytes(LARGE_BYTES)]);
    await link.mode({ cutAfter: CUT_AFTER });
    const upload = device().client.upload(content, { fileName: 'large.bin' });
    const cuts = countOf(upload, ({ error }) => error?.code === 'network');
    const file = await upload.finished;
    expect(cuts()).toBeGreaterThan(0);
    expect(await stored(content, file)).toMatchObject({ isWhole: true });
  });

  it('a large upload that is cancelled leaves nothing at the server', async () => {
    const begun: string[] = [];
    const noting: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init);
      const place = answer.headers.get('location');
      if (place) begun.push(new URL(place, node.url).pathname);
      return answer;
    };
    await link.mode({ bytesPerSecond: 2_000_000 });
    const upload = device({ fetch: noting }).client.upload(new Blob([randomBytes(LARGE_BYTES)]));
    upload.finished.catch(() => undefined);
    await when(upload, () => upload.sentBytes > 0);
    const headers = { authorization: `Bearer ${ada.token}`, 'tus-resumable': '1.0.0' };
    const status = async () => (await fetch(node.url + begun[0], { method: 'HEAD', headers })).status;
    expect(await status()).toBe(200);
    upload.cancel();
    await eventually('it is gone', async () => (await status()) === 404);
  });

  it('an upload of which only the answer was lost is not another file when it is repeated', async () => {
    const { client } = device();
    const content = new Blob(['the same']);
    const first = await client.upload(content, { fileName: 'a.txt', clientUploadId: ID }).finished;
    const second = await client.upload(content, { fileName: 'a.txt', clientUploadId: ID }).finished;
    expect(second).toEqual(first);
    await expect(
      client.upload(new Blob(['another']), { fileName: 'a.txt', clientUploadId: ID }).finished,
    ).rejects.toMatchObject({ code: 'idempotency_conflict' });
  });

  it('a token that has ended is replaced', async () => {
    const ended = await ada.newToken(-60);
    const one = device({ getToken: async (reason) => (reason === 'refused' ? ada.newToken() : ended) });
    for (const size of [10, 6_000_000]) {
      const content = new Blob([randomBytes(size)]);
      const file = await one.client.upload(content).finished;
      expect((await stored(content, file)).isWhole).toBe(true);
    }
    expect(one.asked).toEqual(['connect', 'refused']);
  });

  it('S3.29: messages with files that are written without a connection come in order, also after another start', async () => {
    const storage = memoryStorage();
    const one = await device({ storage }).online();
    await link.mode('refuse');
    await one.is('offline');
    const [large, small] = [new Blob([randomBytes(300_000)]), new File(['b'], 'b.txt')];
    one.client.send(id, { content: 'first', attachments: [{ content: large, fileName: 'a.bin' }, { content: small }] });
    one.client.send(id, { content: 'second' });
    one.client.send(id, { content: '', attachments: [{ content: small }] });
    await one.client.stop();
    await link.mode('pass');
    const next = await device({ storage }).online();
    const list = next.client.messages(id);
    const { items } = await when(list, (shown) => shown.items.filter(({ kind }) => kind === 'stored').length >= 3);
    const messages = items.flatMap((item) => (item.kind === 'stored' ? [item.message] : []));
    const names = messages.map(({ metadata }) =>
      (metadata.files as AttachedFile[] | undefined)?.map((f) => f.fileName),
    );
    expect(messages.map(({ content }) => content).slice(-3)).toEqual(['first', 'second', '']);
    expect(names.slice(-3)).toEqual([['a.bin', 'b.txt'], undefined, ['b.txt']]);
    expect(await storage.load()).toEqual([]);
  });

  it('two clients of one outbox upload a file once between them', async () => {
    const storage = memoryStorage();
    const writer = device({ storage });
    writer.client.send(id, { content: 'shared', attachments: [{ content: new Blob(['shared']), fileName: 's.txt' }] });
    await writer.client.stop();
    let posts = 0;
    const counting: typeof fetch = (url, init) => {
      if (init?.body instanceof FormData) posts += 1;
      return fetch(url, init);
    };
    const both = [device({ storage, fetch: counting }), device({ storage, fetch: counting })];
    await Promise.all(both.map((each) => each.online()));
    await Promise.all(both.map((each) => each.shows(id, ['shared'])));
    expect(posts).toBe(1);
    const all = await ada.rest.messages(id);
    expect(all.filter(({ content }) => content === 'shared')).toHaveLength(1);
  });
});

const ID = '0198c0de-0000-4000-8000-000000000001';

/** How often it has come to be so. */
function countOf(upload: Upload, matches: (upload: Upload) => boolean): () => number {
  let count = 0;
  let before = false;
  upload.subscribe(() => {
    const now = matches(upload);
    if (now && !before) count += 1;
    before = now;
  });
  return () => count;
}
