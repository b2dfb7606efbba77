import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { AnnouncedFeatures, AnnouncedLimits } from '@parley/protocol';
import type { ConnectionSnapshot } from '../connection/connection-snapshot.js';
import { Tokens } from '../connection/tokens.js';
import { Http } from '../http/http.js';
import { Value } from '../value.js';
import { FileTransfers } from './file-transfers.js';
import { OwnUpload } from './upload.js';

interface Posting extends PromiseWithResolvers<Response> {
  name: string;
  id: string;
  content: Blob;
  token: string;
  signal: AbortSignal;
}

const refusal = (code: string, status: number, more = {}) =>
  Response.json({ error: { code, message: code, retryable: status >= 500, requestId: 'r', ...more } }, { status });

describe('Uploads', () => {
  let connection: Value<ConnectionSnapshot>;
  let postings: Posting[];
  let tokens: string[];
  let tokensCome: Promise<void>;
  let transfers: FileTransfers;

  beforeEach(() => {
    jest.useFakeTimers();
    tokensCome = Promise.resolve();
    // They take turns of the event loop that a test cannot wait for.
    jest.spyOn(Object.getPrototypeOf(navigator) as Navigator, 'locks', 'get').mockReturnValue(undefined as never);
    const state = { state: 'online', userId: 'me', limits: null, features: null };
    connection = new Value(state as unknown as ConnectionSnapshot);
    postings = [];
    tokens = ['first', 'second'];
    const ask = (_: unknown, { body, headers, signal }: RequestInit) => {
      const form = body as FormData;
      const { authorization = '' } = headers as Record<string, string>;
      const made = Promise.withResolvers<Response>();
      const abort = () => made.reject(new DOMException('', 'AbortError'));
      signal?.addEventListener('abort', abort);
      postings.push({
        ...made,
        name: (form.get('file') as File).name,
        id: form.get('clientUploadId') as string,
        content: form.get('file') as File,
        token: authorization.replace('Bearer ', ''),
        signal: signal as AbortSignal,
      });
      return made.promise;
    };
    const http = new Http({
      url: 'https://chat.example',
      tokens: new Tokens(() => tokensCome.then(() => tokens.shift() ?? null)),
      fetch: ask as typeof fetch,
    });
    transfers = new FileTransfers({ http, connection: () => connection, now: () => Date.now() });
  });

  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const settle = () => jest.advanceTimersByTimeAsync(0);
  const show = (change: object) => connection.set({ ...connection.getSnapshot(), ...change });
  const start = async (...names: string[]) => {
    const made = names.map(
      (fileName) =>
        new OwnUpload(
          { clientUploadId: `id of ${fileName}`, fileName, fileType: '', fileSize: 3, content: new Blob(['abc']) },
          (command, upload) => transfers[command](upload),
        ),
    );
    for (const upload of made) upload.begin();
    await settle();
    return made as [OwnUpload, ...OwnUpload[]];
  };
  const answer = async (name: string, given = Response.json({ fileId: `file ${name}` }, { status: 201 })) => {
    postings.findLast((posting) => posting.name === name)?.resolve(given);
    await settle();
  };
  const breakOff = async (name: string) => {
    postings.findLast((posting) => posting.name === name)?.reject(new TypeError('fetch failed'));
    await settle();
  };
  const names = () => postings.map(({ name }) => name);

  it('three go at once, in the order of their beginning, and each is told with its file', async () => {
    const [a, ...others] = await start('a', 'b', 'c', 'd');
    expect(names()).toEqual(['a', 'b', 'c']);
    expect([a, ...others].map(({ state }) => state)).toEqual(['sending', 'sending', 'sending', 'waiting']);
    await answer('a');
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    expect(a.getSnapshot()).toEqual({ state: 'done', sentBytes: 3, file: { fileId: 'file a' }, error: null });
    await expect(a.finished).resolves.toEqual({ fileId: 'file a' });
    expect(postings[0]).toMatchObject({ id: 'id of a', token: 'first' });
  });

  it('one that pauses makes room, and goes on when it is resumed, under the same id', async () => {
    const [a, , , d] = await start('a', 'b', 'c', 'd');
    a.pause();
    await settle();
    expect(postings[0]?.signal.aborted).toBe(true);
    expect([a.state, d?.state]).toEqual(['paused', 'sending']);
    await answer('b');
    expect(names()).toEqual(['a', 'b', 'c', 'd']);
    a.resume();
    await settle();
    expect(postings.at(-1)).toMatchObject({ name: 'a', id: 'id of a' });
    await answer('a');
    expect(a.state).toBe('done');
  });

  it('what may succeed later is repeated with a back-off, or when the server says, and at once on a new connection', async () => {
    const [a] = await start('a');
    await breakOff('a');
    expect(a.getSnapshot()).toMatchObject({ state: 'waiting', error: { code: 'network' } });
    await jest.advanceTimersByTimeAsync(2_000);
    await settle();
    expect(names()).toEqual(['a', 'a']);
    await answer('a', refusal('rate_limited', 429, { retryable: true, retryAfterMs: 7_000 }));
    await jest.advanceTimersByTimeAsync(6_990);
    expect(names()).toEqual(['a', 'a']);
    await jest.advanceTimersByTimeAsync(10);
    await settle();
    expect(names()).toEqual(['a', 'a', 'a']);
    await breakOff('a');
    show({ state: 'offline' });
    show({ state: 'online' });
    await settle();
    expect(names()).toEqual(['a', 'a', 'a', 'a']);
    await answer('a');
    expect(a.state).toBe('done');
  });

  it('a final refusal fails it with the server’s reason, until it is tried again', async () => {
    const [a] = await start('a');
    const finished = a.finished.catch((fault: unknown) => fault);
    await answer('a', refusal('too_large', 413));
    expect(await finished).toMatchObject({ code: 'too_large' });
    expect(a.getSnapshot()).toMatchObject({ state: 'failed', error: { code: 'too_large', requestId: 'r' } });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(names()).toEqual(['a']);
    a.retry();
    await settle();
    await answer('a');
    expect(a.getSnapshot()).toMatchObject({ state: 'done', error: null });
  });

  it('a defect of the server is tried five times', async () => {
    const [a] = await start('a');
    for (let tries = 1; tries <= 5; tries += 1) {
      expect(names()).toHaveLength(tries);
      await answer('a', refusal('internal', 500));
      await jest.advanceTimersByTimeAsync(30_000);
      await settle();
    }
    expect(names()).toHaveLength(5);
    expect(a.getSnapshot()).toMatchObject({ state: 'failed', error: { code: 'internal' } });
  });

  it('cancelling ends it for good', async () => {
    const [a] = await start('a');
    const finished = a.finished.catch((fault: unknown) => fault);
    a.cancel();
    await settle();
    expect(await finished).toMatchObject({ code: 'cancelled' });
    expect(postings[0]?.signal.aborted).toBe(true);
    a.retry();
    a.resume();
    await settle();
    expect([names(), a.state]).toEqual([['a'], 'cancelled']);
  });

  it('one that is cancelled while its token is brought is not sent', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    tokensCome = promise;
    const [a] = await start('a');
    a.cancel();
    resolve();
    await settle();
    expect([a.state, names()]).toEqual(['cancelled', []]);
  });

  it('one that was refused on an earlier page, and is tried again before its message is sent, goes once', async () => {
    const a = new OwnUpload(
      { clientUploadId: '1', fileName: 'a', fileType: '', fileSize: 3, content: new Blob(['abc']), isRefused: true },
      (command, upload) => transfers[command](upload),
    );
    a.retry();
    a.begin();
    await settle();
    expect(names()).toEqual(['a']);
    a.cancel();
    await settle();
    expect(postings.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it('of a content that cannot be read any more the one that was written down is sent, else it fails', async () => {
    const gone = Object.assign(new Blob(['abc']), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError')) }),
    });
    const anUpload = (fileName: string, stored?: Blob) =>
      new OwnUpload(
        { clientUploadId: fileName, fileName, fileType: '', fileSize: 3, content: gone },
        (command, upload) => transfers[command](upload),
        async () => ({ content: gone, stored: async () => stored }),
      );
    const [a, b, c] = [anUpload('a', new Blob(['kept'])), anUpload('b'), anUpload('c', gone)];
    for (const each of [a, b, c]) each.begin();
    await settle();
    for (const each of [b, c])
      expect(each).toMatchObject({ state: 'failed', error: { code: 'not_found', retryable: false } });
    expect(await postings[0]?.content.text()).toBe('kept');
    expect(names()).toEqual(['a']);
  });

  it('one whose message was dropped in another tab while it was sent is not told as sent', async () => {
    const content = new Blob(['abc']);
    let isThere = true;
    const a: OwnUpload = new OwnUpload(
      { clientUploadId: '1', fileName: 'a', fileType: '', fileSize: 3, content },
      (command, upload) => transfers[command](upload),
      async () => {
        if (!isThere) a.cancel();
        return isThere ? { content } : null;
      },
    );
    a.begin();
    await settle();
    isThere = false;
    await answer('a');
    expect(a.getSnapshot()).toMatchObject({ state: 'cancelled', file: null });
  });

  it('another token is brought where the last one was refused', async () => {
    const [a] = await start('a');
    await answer('a', refusal('token_expired', 401));
    expect(postings.map(({ token }) => token)).toEqual(['first', 'second']);
    await answer('a');
    expect(a.state).toBe('done');
  });

  it('without files in the deployment, and over the announced size, it fails without a request', async () => {
    show({ features: { search: true, files: false } satisfies AnnouncedFeatures });
    const [a] = await start('a');
    show({ features: { search: true, files: true }, limits: { fileBytes: 2 } as AnnouncedLimits });
    const [b] = await start('b');
    expect([a.error, b.error]).toMatchObject([
      { code: 'unsupported', retryable: false },
      { code: 'too_large', retryable: false },
    ]);
    expect(postings).toEqual([]);
  });

  it('after the end of a session nothing is sent but for the same user', async () => {
    const [a] = await start('a');
    show({ state: 'unauthorized' });
    await settle();
    expect([a.state, postings[0]?.signal.aborted]).toEqual(['waiting', true]);
    tokens = ['other'];
    show({ state: 'online', userId: 'other' });
    await start('b');
    expect(names()).toEqual(['a', 'b']);
    show({ state: 'idle' });
    show({ state: 'online', userId: 'me' });
    await settle();
    expect(names()).toEqual(['a', 'b', 'a']);
  });

  it('nothing is sent between a stop and the next connection', async () => {
    const [a] = await start('a');
    transfers.halt();
    await start('b');
    expect([a.state, names()]).toEqual(['waiting', ['a']]);
    show({ state: 'connecting' });
    show({ state: 'online' });
    await settle();
    expect(names()).toEqual(['a', 'a', 'b']);
  });

  it('nobody who was ever connected means that it waits for a token no longer', async () => {
    tokens = [];
    show({ userId: null });
    const [a] = await start('a');
    expect(a.getSnapshot()).toMatchObject({ state: 'failed', error: { code: 'unauthenticated' } });
    show({ userId: 'me' });
    const [b] = await start('b');
    expect(b.getSnapshot()).toMatchObject({ state: 'waiting', error: { code: 'unauthenticated' } });
  });
});

describe('Links to files', () => {
  let now: number;
  let asked: string[];
  let isAway: boolean;
  let transfers: FileTransfers;

  beforeEach(() => {
    now = Date.parse('2026-01-01T00:00:00Z');
    asked = [];
    isAway = false;
    const ask = async (url: string) => {
      asked.push(url.replace('https://chat.example/api/', ''));
      if (isAway) throw new TypeError('fetch failed');
      const expiresAt = new Date(now + 300_000).toISOString();
      return Response.json({ url: `/api/files/1?link=${asked.length}`, expiresAt }, { status: 201 });
    };
    const http = new Http({
      ...{ url: 'https://chat.example/', tokens: new Tokens(async () => 'token') },
      fetch: ask as typeof fetch,
    });
    const state = { state: 'online', userId: 'me', limits: null, features: null };
    const connection = new Value(state as unknown as ConnectionSnapshot);
    transfers = new FileTransfers({ http, connection: () => connection, now: () => now });
  });

  it('are asked for once by all who want one, and again a minute before their end', async () => {
    const both = await Promise.all([transfers.links.url('1'), transfers.links.url('1')]);
    expect(both).toEqual(Array(2).fill('https://chat.example/api/files/1?link=1'));
    now += 239_999;
    await transfers.links.url('1');
    expect(asked).toHaveLength(1);
    now += 1;
    expect(await transfers.links.url('1')).toBe('https://chat.example/api/files/1?link=2');
  });

  it('are another for each size', async () => {
    await transfers.links.url('1');
    await transfers.links.url('1', { thumbnail: 320 });
    expect(asked).toEqual(['files/1/link?', 'files/1/link?thumbnail=320']);
  });

  it('are asked for anew for whom one did not work, and the others then have that one', async () => {
    await transfers.links.url('1');
    const fresh = await transfers.links.url('1', { isFresh: true });
    expect(fresh).toBe('https://chat.example/api/files/1?link=2');
    expect(await transfers.links.url('1')).toBe(fresh);
  });

  it('that could not be had are asked for again by the next one', async () => {
    isAway = true;
    await expect(transfers.links.url('1')).rejects.toMatchObject({ code: 'network' });
    isAway = false;
    expect(await transfers.links.url('1')).toBe('https://chat.example/api/files/1?link=2');
  });
});
