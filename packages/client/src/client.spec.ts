import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ConversationListItem, Message, MessagePage, SyncAnswer, UserView } from '@parley/protocol';
import { ParleyClient } from './client.js';
import { FakeSocket } from './connection/fake-socket.js';

const AT = '2026-01-01T00:00:00.000Z';
const person = (id: string): UserView => ({ id, username: id, displayName: id, avatarUrl: null, isBot: false });

const ITEM = {
  ...{ id: 'c', type: 'group', name: 'g', isArchived: false, createdBy: 'me', createdAt: AT, updatedAt: AT },
  ...{
    memberCount: 3,
    firstSeq: 1,
    lastSeq: 500,
    version: 501,
    receipts: 1,
    peer: null,
    myRole: 'owner',
    lastMessage: null,
  },
  ...{ unreadCount: 0, mentionCount: 0, lastReadSeq: 500, lastDeliveredSeq: 500 },
} as ConversationListItem;

const message = (seq: number): Message => ({
  ...{ id: `m${seq}`, conversationId: 'c', seq, clientMessageId: `k${seq}`, senderId: 'me', senderType: 'user' },
  ...{ type: 'text', content: 'x', metadata: {}, mentions: [], replyTo: null, reactions: [], reactedByMe: [] },
  ...{ status: 'sent', createdAt: AT, editedAt: null, deletedAt: null, isDeleted: false, version: seq + 1 },
});

const member = (id: string, seq: number) => ({
  ...{ user: person(id), role: 'member', joinedAt: AT, leftAt: null, silencedUntil: null, version: 1 },
  ...{ lastReadSeq: seq, lastDeliveredSeq: seq },
});

describe('The client', () => {
  let sockets: FakeSocket[];
  let requests: string[];
  let details: object[];
  /** What a request is answered with; undefined: the detail of the conversation. */
  let respond: (url: string) => Response | undefined;
  let onAdvance: () => void;
  let client: ParleyClient;

  beforeEach(() => {
    jest.useFakeTimers();
    sockets = [];
    requests = [];
    respond = () => undefined;
    details = [member('me', 500), member('ben', 500), member('chi', 0)];
    onAdvance = () => undefined;
    client = new ParleyClient({
      url: 'http://parley.example',
      getToken: () => Promise.resolve('token'),
      openSocket: (_url, options) => {
        sockets.push(new FakeSocket(options));
        return socket();
      },
      fetch: (input) => {
        const { url } = new Request(input);
        // After each connection; whom one blocks has tests of its own.
        if (url.endsWith('/users/me/blocks')) return Promise.resolve(Response.json({ items: [] }));
        requests.push(url);
        return Promise.resolve(respond(url) ?? Response.json({ ...ITEM, members: details }));
      },
      onAdvance: () => onAdvance(),
    });
  });

  afterEach(() => {
    void client.stop();
    jest.useRealTimers();
  });

  const socket = () => sockets.at(-1) as FakeSocket;
  const settle = () => jest.advanceTimersByTimeAsync(0);
  const asked = (name: string) => sockets.flatMap(({ sent }) => sent).filter((each) => each.name === name);
  const places = () => asked('conversation:open').map(({ payload }) => payload);
  const state = () => client.connection.getSnapshot().state;

  /** Answers the last question of this name. */
  const answer = async (name: string, told: object) => {
    asked(name)
      .at(-1)
      ?.answer({ success: true, ...told });
    await settle();
  };
  const answerSync = (told: Partial<SyncAnswer> = {}) =>
    answer('sync', {
      epoch: 'e',
      cursor: 1,
      added: [],
      removed: [],
      conversations: {},
      hasMore: false,
      users: [],
      ...told,
    });
  const answerPage = (...seqs: number[]) =>
    answer('conversation:open', {
      ...{ items: seqs.map(message), users: [], nextCursor: null, prevCursor: null, hasMore: false },
    } as unknown as MessagePage);
  const connect = async () => {
    client.start();
    client.retryNow();
    await settle();
    socket().announce();
    await settle();
  };
  const online = async (item: Partial<ConversationListItem> = {}) => {
    await connect();
    await answerSync({ added: [{ ...ITEM, ...item }], users: ['me', 'ben', 'chi'].map(person) });
    // The conversation is told of, and asked about once more where that is needed.
    if (state() !== 'online') await answerSync();
    expect(state()).toBe('online');
  };

  it('goes on where a listener to its moves throws, whose fault is raised as an error of its own', async () => {
    const raised = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    onAdvance = () => {
      throw new Error('a defect of the application');
    };
    await online();
    expect(raised).toHaveBeenCalledTimes(1);
    raised.mockRestore();
  });

  it('tells what the server allows and what time it is there, with the next connection anew', async () => {
    const told: unknown[] = [];
    client.limits.subscribe(() => told.push(client.limits.getSnapshot()));
    expect(client.limits.getSnapshot()).toBeNull();
    await online();
    expect(client.limits.getSnapshot()).toMatchObject({ contentBytes: 10_240 });
    expect(told.at(-1)).toBe(client.limits.getSnapshot());
    expect(new Date(client.serverNow()).toISOString()).toBe('2026-01-01T12:00:00.000Z');
    socket().end();
    await jest.advanceTimersByTimeAsync(600);
    expect(client.limits.getSnapshot()).not.toBeNull();
    expect(new Date(client.serverNow()).toISOString()).toBe('2026-01-01T12:00:00.600Z');
    await connect();
    expect(new Date(client.serverNow()).toISOString()).toBe('2026-01-01T12:00:00.000Z');
  });

  it('tells a change that was made to an older state of a message from every other conflict', async () => {
    await online();
    const edit = client.edit('m1', { content: 'new', ifVersion: 3 }).catch((fault: unknown) => fault);
    await settle();
    expect(asked('message:edit').at(-1)?.payload).toEqual({ messageId: 'm1', content: 'new', ifVersion: 3 });
    const changed = [{ path: 'ifVersion', message: 'changed' }];
    const error = { code: 'conflict' as const, message: 'No.', retryable: false, details: changed, requestId: 'r' };
    asked('message:edit').at(-1)?.answer({ success: false, error });
    expect(await edit).toMatchObject({ code: 'conflict', details: changed });
  });

  it('M2 M3: shows my reaction and my edit at once, and the message as it was where these are refused', async () => {
    await online();
    const list = client.messages('c');
    list.subscribe(() => undefined);
    await answerPage(499, 500);
    const last = () => {
      const item = list.getSnapshot().items.at(-1);
      return item?.kind === 'stored' ? item : null;
    };
    const before = last();
    const changes = [client.react('m500', '👍'), client.edit('m500', { content: 'new' })].map((each) =>
      each.catch(() => 'refused'),
    );
    await settle();
    expect(last()?.message).toMatchObject({
      content: 'new',
      reactions: [{ emoji: '👍', count: 1, reactedByMe: true }],
    });
    const error = { code: 'forbidden' as const, message: 'No.', retryable: false, requestId: 'r' };
    for (const name of ['reaction:add', 'message:edit']) asked(name).at(-1)?.answer({ success: false, error });
    expect(await Promise.all(changes)).toEqual(['refused', 'refused']);
    await settle();
    expect(last()?.message).toEqual(before?.message);
    expect(last()?.own).toMatchObject({
      edit: { content: 'new', failure: { code: 'forbidden' } },
      reactionFailure: { code: 'forbidden' },
    });
    client.discardEdit('m500');
    client.dismissReaction('m500');
    expect(last()).toEqual(before);
  });

  it('knows everybody whom an answer names, and asks for those whom an event names by the id only', async () => {
    await online();
    const names = () => [...client.people.getSnapshot().keys()];
    respond = (url) =>
      url.endsWith('receipts')
        ? Response.json({ items: [], users: [person('dee')] })
        : Response.json({ items: [person('eve')] });
    await client.request('GET', 'messages/m1/receipts');
    expect(names()).toEqual(['me', 'ben', 'chi', 'dee']);
    const told = { ...message(501), senderId: 'eve' };
    socket().tell('message:new', { conversationId: 'c', version: 502, actorId: 'dee', message: told });
    await jest.advanceTimersByTimeAsync(60);
    expect(requests.at(-1)).toBe('http://parley.example/api/users?ids=eve');
    expect(names()).toEqual(['me', 'ben', 'chi', 'dee', 'eve']);
    expect(await client.searchUsers('e&v')).toEqual([person('eve')]);
    expect(requests.at(-1)).toBe('http://parley.example/api/users?query=e%26v');
  });

  it('says that it is faulty where it cannot take what the server told, and not that it is offline', async () => {
    const raised = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    await connect();
    await answerSync({ added: null as never });
    expect(client.connection.getSnapshot()).toMatchObject({ state: 'faulty', fault: expect.any(TypeError) });
    expect(raised).toHaveBeenCalled();
    raised.mockRestore();
  });

  it('does not take another’s success for the server’s', async () => {
    await online();
    // The detail of a conversation comes, whatever is asked.
    for (const ask of [
      () => client.addMembers('c', ['u']),
      () => client.removeMember('c', 'u'),
      () => client.changeRole('c', 'u', 'admin'),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: 'network', retryable: true });
    }
  });

  it('shows a waiting reply with what the quoted message says now, and with nothing once it is deleted', async () => {
    await online();
    const list = client.messages('c');
    list.subscribe(() => undefined);
    await answerPage(...Array.from({ length: 40 }, (_, at) => 461 + at));
    client.send('c', { content: 'so', replyToId: 'm470' });
    await settle();
    const quoted = () => list.getSnapshot().items.flatMap((item) => (item.kind === 'pending' ? item.quoted : []))[0];
    expect(quoted()?.excerpt).toBe('x');
    const tell = (name: string, version: number, change: Partial<Message>) => {
      const told = { conversationId: 'c', actorId: 'me', mentionsAdded: [], mentionsRemoved: [] };
      socket().tell(name, { ...told, version, message: { ...message(470), ...change, version } });
    };
    tell('message:edited', 502, { content: `${'🇦🇹'.repeat(140)}!`, editedAt: AT });
    expect(quoted()?.excerpt).toBe('🇦🇹'.repeat(140));
    tell('message:deleted', 503, { content: '', isDeleted: true });
    expect(quoted()).toEqual({ id: 'm470', seq: 470, senderId: 'me', excerpt: '' });
  });

  describe('on a line that is slow', () => {
    let stream: ReadableStreamDefaultController<Uint8Array>;
    const syncs = () => requests.filter((url) => url.endsWith('/api/sync')).length;
    const bytes = (text: string) => new TextEncoder().encode(text);
    const EMPTY = { epoch: 'e', cursor: 1, added: [ITEM], removed: [], conversations: {}, hasMore: false, users: [] };

    beforeEach(async () => {
      respond = (url) =>
        url.endsWith('/sync')
          ? new Response(new ReadableStream({ start: (controller) => void (stream = controller) }))
          : undefined;
      await connect();
      await jest.advanceTimersByTimeAsync(5_000);
    });

    it('asks by requests, and is online while their answers come', async () => {
      expect(sockets.map(({ isClosed }) => isClosed)).toEqual([true, false]);
      socket().announce();
      await settle();
      expect([asked('sync').length, syncs()]).toEqual([1, 1]);
      const told: unknown[] = [];
      client.connection.subscribe(() => {
        const { isBehind } = client.connection.getSnapshot();
        told.push(state() === 'online' ? { isBehind } : state());
      });
      for (let waited = 0; waited < 60; waited += 15) {
        await jest.advanceTimersByTimeAsync(15_000);
        stream.enqueue(bytes(' '));
        await settle();
      }
      expect(client.connection.getSnapshot()).toMatchObject({ state: 'online', isBehind: true });
      // At no moment does it say that it is up to date.
      expect(told).not.toContainEqual({ isBehind: false });
      stream.enqueue(bytes(JSON.stringify(EMPTY)));
      stream.close();
      await settle();
      expect(client.connection.getSnapshot()).toMatchObject({ state: 'online', isBehind: false });
      expect(client.conversation('c').getSnapshot()).toMatchObject({ lastSeq: 500 });
    });

    it('asks through the socket again where requests are not answered', async () => {
      respond = () => new Response('<html>', { status: 404 });
      socket().announce();
      await jest.advanceTimersByTimeAsync(2_000);
      expect(state()).toBe('syncing');
      expect(asked('sync')).toHaveLength(2);
    });
  });

  it('is online while answers come through the socket one after the other, and behind until the last', async () => {
    await connect();
    const more = { added: [ITEM], hasMore: true, cursor: 1 };
    await answerSync(more);
    expect(state()).toBe('syncing');
    await jest.advanceTimersByTimeAsync(4_000);
    await answerSync({ ...more, cursor: 2 });
    expect(client.connection.getSnapshot()).toMatchObject({ state: 'online', isBehind: true });
    await answerSync({ cursor: 3 });
    expect(client.connection.getSnapshot()).toMatchObject({ state: 'online', isBehind: false });
  });

  it('goes on waiting for an answer through the socket where small requests are not answered either', async () => {
    respond = () => new Response(new ReadableStream());
    await connect();
    await jest.advanceTimersByTimeAsync(15_000);
    expect([sockets.length, state()]).toEqual([1, 'syncing']);
    await answerSync();
    expect(state()).toBe('online');
  });

  describe('that is asked for a place', () => {
    it('before anything is known begins there, and not at the newest message', async () => {
      const list = client.messages('c');
      void list.jumpTo(12);
      list.subscribe(() => undefined);
      await online();
      expect(places()).toEqual([{ conversationId: 'c', around: '12' }]);
      await answerPage(11, 12, 13);
      expect(list.getSnapshot()).toMatchObject({ isLoaded: true, hasOlder: true, hasNewer: true, error: null });
    });

    it('without a connection goes there with the next one', async () => {
      await online();
      const list = client.messages('c');
      list.subscribe(() => undefined);
      await answerPage(...Array.from({ length: 40 }, (_, at) => 461 + at));
      socket().end();
      void list.jumpTo(12);
      await settle();
      expect(list.getSnapshot().error?.code).toBe('offline');
      await connect();
      await answerSync();
      expect(places().at(-1)).toEqual({ conversationId: 'c', around: '12' });
      await answerPage(11, 12, 13);
      expect(list.getSnapshot().items).toHaveLength(3);
    });

    it('forgets it when the newest is asked for, or nobody looks any more', async () => {
      const list = client.messages('c');
      void list.jumpTo(12);
      void list.toLatest();
      const stop = list.subscribe(() => undefined);
      void list.jumpTo(13);
      stop();
      list.subscribe(() => undefined);
      await online();
      expect(places()).toEqual([{ conversationId: 'c' }]);
    });

    it('asks again for one that came too fast, after the wait that the server told, and shows no failure', async () => {
      await online();
      const list = client.messages('c');
      list.subscribe(() => undefined);
      const error = {
        code: 'rate_limited',
        message: 'No.',
        retryable: true,
        requestId: 'r',
        retryAfterMs: 70,
      } as const;
      asked('conversation:open').at(-1)?.answer({ success: false, error });
      await jest.advanceTimersByTimeAsync(69);
      expect([places().length, list.getSnapshot().error]).toEqual([1, null]);
      await jest.advanceTimersByTimeAsync(1);
      expect(places()).toHaveLength(2);
      await answerPage(500);
      expect(list.getSnapshot()).toMatchObject({ error: null, loading: null });
    });

    it('does not ask again for one that the server refused', async () => {
      await online();
      const list = client.messages('c');
      void list.jumpTo('never there');
      list.subscribe(() => undefined);
      const error = { code: 'not_found', message: 'No.', retryable: false, requestId: 'r' } as const;
      asked('conversation:open').at(-1)?.answer({ success: false, error });
      await settle();
      expect(list.getSnapshot().error?.code).toBe('not_found');
      socket().end();
      await connect();
      await answerSync();
      expect(places().at(-1)).toEqual({ conversationId: 'c' });
    });
  });

  it('S3.28: keeps the status of a message live in a group of which only the messages are looked at', async () => {
    await online();
    const list = client.messages('c');
    list.subscribe(() => undefined);
    await answerPage(...Array.from({ length: 40 }, (_, at) => 461 + at));
    const status = () => {
      const last = list.getSnapshot().items.at(-1);
      return last?.kind === 'stored' ? last.message.status : null;
    };
    // Ben has read it before we looked, and nobody tells of it again.
    expect(status()).toBe('sent');
    socket().tell('message:read', { conversationId: 'c', receipts: 2, userId: 'chi', seq: 500, readAt: AT });
    expect(status()).toBe('read');
  });

  it('asks for no members of a group that has no receipts, if only its messages are looked at', async () => {
    await online({ memberCount: 101 });
    client.messages('c').subscribe(() => undefined);
    await settle();
    expect(requests).toEqual([]);
  });

  it('S3.28: learns everybody’s marks when a group becomes small enough to have them', async () => {
    await online({ memberCount: 101, receipts: 7 });
    client.conversation('c').subscribe(() => undefined);
    await settle();
    expect(requests).toHaveLength(1);
    socket().tell('member:removed', { conversationId: 'c', userId: 'dee', version: 502 });
    // A mark in between leads to none of the earlier ones.
    socket().tell('message:read', { conversationId: 'c', receipts: 8, userId: 'chi', seq: 500, readAt: AT });
    await settle();
    expect(asked('sync').at(-1)?.payload).toMatchObject({ conversations: { c: { version: 501, receipts: 0 } } });
    const conversation = { ...ITEM, memberCount: 100, version: 502, receipts: 8 };
    const watermarks = [{ userId: 'ben', lastReadSeq: 500, lastDeliveredSeq: 500 }];
    const part = { version: 502, receipts: 8, messages: [], members: [], unreadCount: 0, mentionCount: 0 };
    await answerSync({ conversations: { c: { ...part, conversation, watermarks, hasMore: false } as never } });
    expect(requests).toHaveLength(2);
    expect(client.conversation('c').getSnapshot()).toMatchObject({ memberCount: 100, receipts: 8 });
    expect(client.connection.getSnapshot().state).toBe('online');
  });

  it('S3.28: learns them as well where the group became small enough while we were away', async () => {
    await online({ memberCount: 101, receipts: 7 });
    socket().end();
    await connect();
    const conversation = { ...ITEM, memberCount: 100, version: 502, receipts: 7 };
    const part = {
      version: 502,
      receipts: 7,
      messages: [],
      members: [],
      watermarks: [],
      unreadCount: 0,
      mentionCount: 0,
    };
    await answerSync({ conversations: { c: { ...part, conversation, hasMore: false } as never } });
    expect(asked('sync').at(-1)?.payload).toMatchObject({ conversations: { c: { version: 501, receipts: 0 } } });
  });

  it('says so where more has changed during a page than can be told from it', async () => {
    await online();
    const list = client.messages('c');
    list.subscribe(() => undefined);
    for (let version = 502; version <= 5_502; version += 1) {
      const of = { userId: 'ben', emoji: '👍', action: 'added', reactions: [] };
      socket().tell('reaction:updated', { conversationId: 'c', messageId: 'm1', seq: 1, version, ...of });
    }
    await answerPage(...Array.from({ length: 40 }, (_, at) => 461 + at));
    expect(list.getSnapshot()).toMatchObject({ isLoaded: false, loading: null, error: { retryable: true } });
    void list.toLatest();
    await answerPage(...Array.from({ length: 40 }, (_, at) => 461 + at));
    expect(list.getSnapshot()).toMatchObject({ isLoaded: true, error: null });
  });
});
