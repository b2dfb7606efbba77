import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { eventually, WebSocketClient } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { UnsecuredJWT } from 'jose';
import { io } from 'socket.io-client';
import { StreamSource } from '../src/realtime/hub/stream-source.js';
import { HOST, PASSWORD, startNode, type TestNode } from './node.js';
import { aGroup, aPerson, type Group, groupOf, NOBODY, Person, people, succeeded } from './people.js';
import { RawSocket } from './raw-socket.js';
import { StompSocket } from './stomp-socket.js';
import { TestSocket } from './test-socket.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const GOOD = 'https://good.example';

let node: TestNode;

beforeAll(async () => {
  node = await startNode({ FRONTEND_URL: GOOD, ADMIN_USERS: 'chief, host:herald' });
});
afterAll(() => node.close());

const errorOf = (code: string, more: object = {}) => ({
  code,
  message: expect.any(String),
  retryable: false,
  requestId: expect.stringMatching(UUID),
  ...more,
});
const connections = () => node.logs.filter(({ msg }) => msg === 'connected').length;
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** That the node still serves: a new person makes a group and talks in it. */
async function expectAlive(): Promise<void> {
  const { id, owner } = await aGroup(node, { members: 0 });
  const socket = await owner.connect();
  expect((await socket.say(id, 'alive')).seq).toBe(1);
  socket.close();
}

/** Begins a polling session as a browser would; one that is opened is closed again, or the node would wait for it. */
async function poll(
  headers: Record<string, string> = {},
  path = '/socket.io/?EIO=4&transport=polling',
): Promise<Response> {
  const answer = await fetch(node.url + path, { headers });
  const [, sid] = /"sid":"([^"]+)"/.exec(await answer.clone().text()) ?? [];
  if (sid) await fetch(`${node.url}${path}&sid=${sid}`, { method: 'POST', body: '1', headers });
  return answer;
}

describe('the handshake', () => {
  it.each<[string, (who: Person) => object | Promise<object>, string]>([
    ['no token', () => ({}), 'unauthenticated'],
    ['an empty token', () => ({ auth: { token: '' } }), 'unauthenticated'],
    ['garbage', () => ({ auth: { token: 'garbage' } }), 'unauthenticated'],
    ['a token that is no text', ({ token }) => ({ auth: { token: { toString: token } } }), 'unauthenticated'],
    ['a list with a token', ({ token }) => ({ auth: { token: [token] } }), 'unauthenticated'],
    ['a huge token', () => ({ auth: { token: 'x'.repeat(100_000) } }), 'unauthenticated'],
    [
      'alg none',
      ({ id }) => ({
        auth: {
          token: new UnsecuredJWT({ iss: HOST.issuer, aud: HOST.audience, sub: id, exp: inSeconds(99) }).encode(),
        },
      }),
      'unauthenticated',
    ],
    ['a changed signature', ({ token }) => ({ auth: { token: `${token.slice(0, -3)}AAA` } }), 'unauthenticated'],
    [
      'an expired token',
      async () => ({ auth: { token: await node.hostToken('late', { exp: inSeconds(-1) }) } }),
      'token_expired',
    ],
    [
      'another audience',
      async () => ({ auth: { token: await node.hostToken('x', { aud: 'else' }) } }),
      'unauthenticated',
    ],
    ['a token in the URL', ({ token }) => ({ query: { token } }), 'unauthenticated'],
    [
      'a token of another scheme',
      ({ token }) => ({ extraHeaders: { authorization: `Basic ${token}` } }),
      'unauthenticated',
    ],
  ])(
    'A1 A3 A5 A10 S1.11 S2.6: %s is refused for good, as connect_error with the error object',
    async (_what, options, code) => {
      const ann = await aPerson(node);
      const before = connections();
      const given = await options(ann);
      for (const transport of ['websocket', 'polling']) {
        const socket = new TestSocket(node.url, { transports: [transport], reconnection: true, ...given });
        expect(await socket.end()).toBe('connect_error');
        expect(socket.refusal).toEqual(errorOf(code, code === 'token_expired' ? { retryable: true } : {}));
        expect(socket.io.active).toBe(false);
        expect(socket.heard).toEqual([]);
        socket.close();
      }
      expect(connections()).toBe(before);
      const line = node.logs.findLast(({ msg }) => msg === 'refused');
      expect(line).toMatchObject({ code, userId: null, transport: 'socketio', requestId: expect.any(String) });
    },
  );

  it('S2.6: the token may come in the Authorization header as well', async () => {
    const ann = await aPerson(node);
    const socket = new TestSocket(node.url, { extraHeaders: { authorization: `Bearer ${ann.token}` } });
    expect(await socket.first('ready')).toMatchObject({ userId: ann.id });
    socket.close();
  });

  it('A11 §2: a ticket in the URL lets in one socket, on both transports, and no other', async () => {
    const ann = await aPerson(node);
    for (const transport of ['websocket', 'polling']) {
      const { ticket } = succeeded(await ann.post('/auth/ticket'));
      const socket = new TestSocket(node.url, { transports: [transport], query: { ticket } });
      expect(await socket.first('ready')).toMatchObject({ userId: ann.id });
      const again = new TestSocket(node.url, { transports: [transport], query: { ticket } });
      expect(await again.end()).toBe('connect_error');
      expect(again.refusal).toEqual(errorOf('unauthenticated'));
      expect(socket.ended).toBeNull();
      socket.close();
    }
  });

  it('A10 A11: a ticket beside a token, two tickets, and a token in the URL beside one in its place are refused', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const ticket = async () => (succeeded(await ann.post('/auth/ticket')) as { ticket: string }).ticket;
    const one = await ticket();
    for (const options of [
      { query: { ticket: one }, auth: { token: bob.token } },
      { query: { ticket: one }, auth: { token: ann.token } },
      { query: { ticket: [one, await ticket()] } },
      { query: { ticket: one, token: ann.token } },
      { query: { token: ann.token }, auth: { token: ann.token } },
      { auth: { ticket: one } },
    ]) {
      const socket = new TestSocket(node.url, options as object);
      expect(await socket.end()).toBe('connect_error');
      expect(socket.refusal).toEqual(errorOf('unauthenticated'));
    }
    // None of them used it up.
    const socket = new TestSocket(node.url, { query: { ticket: one } });
    expect(await socket.first('ready')).toMatchObject({ userId: ann.id });
    socket.close();
    const text = JSON.stringify(node.logs);
    for (const secret of [one, ann.token]) expect(text).not.toContain(secret);
  });

  it('no command is run of a socket that was never let in', async () => {
    const { id, owner } = await aGroup(node);
    const raw = new RawSocket(node.url);
    await raw.frame(/^0\{/);
    raw.send(`420["message:send",{"conversationId":"${id}","content":"x"}]`);
    await eventually('it is closed', () => raw.closed !== null);
    expect(raw.frames.slice(1)).toEqual([]);
    expect((await owner.sees(id)).version).toBe(1);
  });

  it.each<[string, string, number?]>([
    ['another namespace', '/socket.io/?EIO=4&transport=polling', 200],
    ['an old protocol', '/socket.io/?EIO=3&transport=polling'],
    ['no protocol', '/socket.io/'],
    ['webtransport', '/socket.io/?EIO=4&transport=webtransport'],
    ['an unknown sid', '/socket.io/?EIO=4&transport=polling&sid=abcdefghijklmnopqrst'],
    ['sid=__proto__', '/socket.io/?EIO=4&transport=polling&sid=__proto__'],
    ['transport=constructor', '/socket.io/?EIO=4&transport=constructor'],
    ['sid=constructor on an upgrade', '/socket.io/?EIO=4&transport=websocket&sid=constructor'],
  ])('A17: %s leads nowhere', async (_what, path, status = 400) => {
    expect((await poll({}, path)).status).toBe(status);
    const raw = new RawSocket(node.url, {}, path);
    await eventually('it is refused or told to go on', () => raw.refused ?? raw.closed ?? raw.frames[0]);
    if (raw.refused) expect(raw.refused.status).toBe(400);
    raw.close();
  });

  it('A17: a session that is not there is logged as refused, and so is a namespace that is none', async () => {
    const refusals = (code: string) => node.logs.filter((line) => line.msg === 'refused' && line.code === code).length;
    const [unknown, strange] = [refusals('validation_failed'), refusals('not_found')];
    expect((await poll({}, '/socket.io/?EIO=4&transport=polling&sid=abcdefghijklmnopqrst')).status).toBe(400);
    expect(refusals('validation_failed')).toBe(unknown + 1);
    const raw = new RawSocket(node.url);
    await raw.frame(/^0\{/);
    raw.send('40/admin,{"token":"x"}');
    expect(await raw.frame(/^44\/admin,/)).toContain('Invalid namespace');
    raw.close();
    expect(refusals('not_found')).toBe(strange + 1);
    expect(node.logs.findLast(({ msg }) => msg === 'refused')).toEqual(
      expect.objectContaining({
        code: 'not_found',
        userId: null,
        transport: 'socketio',
        requestId: expect.stringMatching(UUID),
      }),
    );
  });

  it('A17 G8: a connection that goes on asking for namespaces is closed, and so is its part of the log bounded', async () => {
    const refusals = () => node.logs.filter((line) => line.msg === 'refused' && line.code === 'not_found').length;
    const before = refusals();
    const raw = new RawSocket(node.url);
    await raw.frame(/^0\{/);
    for (let n = 0; n < 100; n += 1) raw.send(`40/guess-${n},{}`);
    await eventually('it is closed', () => raw.closed !== null);
    expect(refusals() - before).toBe(10);
    await expectAlive();
  });

  it('A48: compression is not agreed on, however it is offered', async () => {
    const accepted: (string | undefined)[] = [];
    for (const offer of [true, { clientMaxWindowBits: 15, threshold: 0 }]) {
      const raw = new RawSocket(node.url, { perMessageDeflate: offer });
      await raw.frame(/^0\{/);
      accepted.push(raw.extensions);
      raw.close();
    }
    expect(accepted).toEqual(['', '']);
  });

  it.each(['EIO=3', 'EIO=2', 'EIO=5', 'EIO=', 'EIO=4&EIO=3', 'x=y', 'EIO=04'])(
    'another revision of Engine.IO, %s, is refused as validation_failed before any upgrade, and on polling',
    async (query) => {
      const refused = {
        error: errorOf('validation_failed', { details: [{ path: 'EIO', message: expect.any(String) }] }),
      };
      for (const more of ['', '&sid=abcdefghijklmnopqrst']) {
        const raw = new RawSocket(node.url, {}, `/socket.io/?${query}&transport=websocket${more}`);
        const { status, body } = await eventually('the upgrade is refused', () => raw.refused);
        expect([status, JSON.parse(body)]).toEqual([400, refused]);
        const polled = await poll({}, `/socket.io/?${query}&transport=polling${more}`);
        expect([polled.status, await polled.json()]).toEqual([400, refused]);
      }
    },
  );

  it.each(['', '&transport=polling', '&transport=webtransport', '&transport=websocket&transport=flash'])(
    'an upgrade with the transport "%s" is refused as validation_failed',
    async (transport) => {
      const raw = new RawSocket(node.url, {}, `/socket.io/?EIO=4${transport}`);
      const { status, body } = await eventually('the upgrade is refused', () => raw.refused);
      expect([status, JSON.parse(body).error.details[0].path]).toEqual([400, 'transport']);
    },
  );

  it('A17: there is no other namespace', async () => {
    const ann = await aPerson(node);
    const socket = io(`${node.url}/admin`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { token: ann.token },
    });
    const refusal = await new Promise<Error>((resolve) => {
      socket.on('connect_error', resolve);
    });
    expect(refusal.message).toBe('Invalid namespace');
    socket.disconnect();
    await expectAlive();
  });

  it('an upgrade on a path that is no transport is not found', async () => {
    const none = [
      '/',
      '/api/conversations',
      '/socket.iox/?EIO=4&transport=websocket',
      '/socket.io?EIO=4',
      '/socket.io',
      '/ws-nothing',
    ];
    for (const path of none) {
      const raw = new RawSocket(node.url, {}, path);
      const { status, body } = await eventually('it is refused', () => raw.refused);
      expect([path, status, JSON.parse(body).error.code]).toEqual([path, 404, 'not_found']);
    }
  });

  it.each(['/socket.io', '/socket.io/?EIO=4&transport=websocket', '/none'])(
    'a connection that is reset in the middle of an upgrade of %s harms nobody else',
    async (path) => {
      const { port, hostname } = new URL(node.url);
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const stream = connect(Number(port), hostname);
        await once(stream, 'connect');
        const key = 'dGhlIHNhbXBsZSBub25jZQ==';
        stream.write(
          `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
            `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
          () => stream.resetAndDestroy(),
        );
        await once(stream, 'close');
      }
      await expectAlive();
    },
  );
});

describe('where a page comes from', () => {
  it.each([
    ['https://evil.example'],
    ['null'],
    ['https://good.example.evil.com'],
    ['https://good.example:444'],
    ['http://good.example'],
    ['HTTPS://GOOD.EXAMPLE'],
    ['https://good.example/'],
    [''],
  ])('A12 S0.24: the origin %j is answered 403 before any upgrade, and on polling', async (origin) => {
    const raw = new RawSocket(node.url, { headers: { origin } });
    const { status, body } = await eventually('the upgrade is refused', () => raw.refused);
    const refused = [403, { error: errorOf('forbidden', { details: [{ path: 'origin', message: 'not allowed' }] }) }];
    expect([status, JSON.parse(body)]).toEqual(refused);
    const polled = await poll({ origin });
    // `fetch` sends no empty header.
    if (origin) expect([polled.status, await polled.json()]).toEqual(refused);
  });

  it('S2.24: our own origin, an allowed one and none at all come in', async () => {
    const ann = await aPerson(node);
    for (const headers of [{ origin: GOOD }, { origin: node.url }, {}] as Record<string, string>[]) {
      for (const transport of ['websocket', 'polling']) {
        const socket = await ann.connect({ transports: [transport], extraHeaders: headers });
        socket.close();
      }
    }
    const polled = await poll({ origin: GOOD });
    expect(polled.headers.get('access-control-allow-origin')).toBe(GOOD);
    expect(polled.headers.get('access-control-allow-credentials')).toBe('true');
  });

  it('A13: without an origin our refresh cookie needs a Sec-Fetch-Site of our own page or of none', async () => {
    const { cookie } = await node.register('cookie');
    const status = async (headers: Record<string, string>) => {
      const raw = new RawSocket(node.url, { headers: { cookie, ...headers } });
      const found = await eventually('it is answered', () => raw.refused?.status ?? (raw.frames[0] ? 101 : null));
      raw.close();
      return found;
    };
    expect(await status({})).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(101);
    expect(await status({ 'sec-fetch-site': 'none' })).toBe(101);
    expect(await status({ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' })).toBe(403);
  });
});

describe('ready', () => {
  it('§5: contains the user, the version of the memberships and the limits', async () => {
    const { id, owner, members } = await aGroup(node);
    await groupOf(owner, members);
    const socket = await owner.connect();
    expect(socket.all('ready')).toEqual([
      {
        userId: owner.id,
        epoch: expect.stringMatching(/^[\w-]{22}$/),
        cursor: 2,
        serverTime: expect.stringMatching(TIME),
        serverVersion: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        limits: {
          contentBytes: 10_240,
          metadataBytes: 102_400,
          frameBytes: 262_144,
          membersPerRequest: 100,
          messagesPerSecond: expect.any(Number),
          messagesPerMinute: expect.any(Number),
          editWindowSeconds: 900,
          fileBytes: 104_857_600,
          filesPerMessage: 10,
        },
        features: { search: true, files: true },
      },
    ]);
    const other = await (members[0] as Person).connect();
    expect(other.all('ready')[0].epoch).toBe(socket.all('ready')[0].epoch);
    expect(Math.abs(Date.parse(other.all('ready')[0].serverTime) - Date.now())).toBeLessThan(5_000);
    expect((await socket.ask('conversation:join', { conversationId: id })).success).toBe(true);
  });

  it('§5: commands that come before it wait for it, and keep their order', async () => {
    const { id, owner, members } = await aGroup(node);
    const source = node.node.app.get(StreamSource);
    const epoch = source.epoch.bind(source);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    source.epoch = () => released.then(epoch);
    const socket = new TestSocket(node.url, { auth: { token: owner.token } });
    try {
      await eventually('it is connected', () => socket.io.connected);
      const acks = [1, 2, 3].map((i) => socket.say(id, `${i}`));
      // What does not exist is told at once: by then the others have arrived.
      expect((await socket.ask('no:such')).error.code).toBe('not_found');
      expect(socket.all('ready')).toEqual([]);
      await (members[0] as Person).say(id, 'meanwhile');
      expect(await (members[0] as Person).sees(id)).toMatchObject({ lastSeq: 1 });
      release();
      expect((await Promise.all(acks)).map(({ seq }) => seq)).toEqual([2, 3, 4]);
      expect(socket.all('ready')).toHaveLength(1);
    } finally {
      release();
      source.epoch = epoch;
      socket.close();
    }
  });
});

describe('commands', () => {
  let group: Group;
  let socket: TestSocket;

  beforeAll(async () => {
    group = await aGroup(node);
    socket = await group.owner.connect();
  });

  it.each(['no:such', 'message:remove', '__proto__', 'constructor', 'toString', 'ready', 'message:new', ''])(
    'D16 §5: the unknown event %j is acknowledged as not_found',
    async (name) => {
      expect(await socket.ask(name, {})).toEqual({ success: false, error: errorOf('not_found') });
    },
  );

  it.each([
    ['nothing', []],
    ['null', [null]],
    ['a number', [5]],
    ['text', ['text']],
    ['a list', [[]]],
    ['two objects', [{}, {}]],
  ])('D16 S3.6: %s in place of a payload is acknowledged as validation_failed', async (_what, sent) => {
    for (const command of [
      'message:send',
      'message:edit',
      'message:delete',
      'reaction:add',
      'reaction:remove',
      'message:read',
      'message:delivered',
      'conversation:join',
      'conversation:leave',
      'conversation:open',
      'auth:refresh',
    ]) {
      const ack = await socket.ask(command, ...sent);
      expect([command, ack.success, ack.error?.code]).toEqual([command, false, 'validation_failed']);
    }
  });

  it('A32 A63: unknown keys are refused in every command', async () => {
    const extra = JSON.parse('{"role":"owner","__proto__":{"x":1},"constructor":{"prototype":{}}}');
    const commands: [string, object][] = [
      ['message:send', { conversationId: group.id, content: 'x' }],
      ['message:edit', { messageId: NOBODY, content: 'x' }],
      ['message:delete', { messageId: NOBODY }],
      ['reaction:add', { messageId: NOBODY, emoji: '👍' }],
      ['reaction:remove', { messageId: NOBODY, emoji: '👍' }],
      ['message:read', { conversationId: group.id, seq: 0 }],
      ['message:delivered', { conversationId: group.id, seq: 0 }],
      ['conversation:join', { conversationId: group.id }],
      ['conversation:leave', { conversationId: group.id }],
      ['conversation:open', { conversationId: group.id }],
      ['auth:refresh', { token: group.owner.token }],
    ];
    for (const [command, payload] of commands) {
      const { error } = await socket.ask(command, { ...payload, ...extra });
      expect([command, error.code, error.details.map(({ path }: { path: string }) => path)]).toEqual([
        command,
        'validation_failed',
        ['role', '__proto__', 'constructor'],
      ]);
    }
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it('§5: an event without an ack callback is run all the same', async () => {
    const clientMessageId = randomUUID();
    socket.io.emit('no:such', {});
    socket.io.emit('message:send', null);
    socket.io.emit('message:send', { conversationId: group.id, content: 'no ack', clientMessageId });
    expect(await socket.first('message:sent', (sent) => sent.clientMessageId === clientMessageId)).toMatchObject({
      conversationId: group.id,
    });
  });

  it('an unexpected fault is acknowledged as internal, with nothing but its requestId, and logged with that', async () => {
    const source = node.node.app.get(StreamSource);
    const { memberships } = source;
    source.memberships = () => Promise.reject(new Error('secret of ours'));
    try {
      const ack = await socket.ask('conversation:join', { conversationId: group.id });
      expect(ack).toEqual({
        success: false,
        error: errorOf('internal', { retryable: true, message: 'Something went wrong on the server.' }),
      });
      expect(node.logs).toContainEqual(
        expect.objectContaining({ requestId: ack.error.requestId, code: 'internal', level: 'error' }),
      );
    } finally {
      source.memberships = memberships;
    }
  });

  it.each<[string, string, unknown]>([
    ['message:edit', 'content', 5],
    ['message:edit', 'content', undefined],
    ['message:edit', 'metadata', []],
    ['message:edit', 'messageId', 'x'],
    ['message:edit', 'messageId', { toString: 'x' }],
    ['message:delete', 'messageId', undefined],
    ['message:delete', 'messageId', null],
    ['message:delete', 'messageId', [NOBODY]],
    ['reaction:add', 'emoji', undefined],
    ['reaction:add', 'emoji', 1],
    ['reaction:add', 'messageId', 7],
    ['reaction:remove', 'emoji', null],
    ['reaction:remove', 'emoji', ['👍']],
    ['reaction:remove', 'messageId', ''],
  ])('A63 D16: %s with a bad %s (%j) is refused, naming it', async (command, path, value) => {
    const good = { messageId: NOBODY, ...(command === 'message:edit' && { content: 'x' }) };
    const emoji = command.startsWith('reaction') && { emoji: '👍' };
    const { success, error } = await socket.ask(command, { ...good, ...emoji, [path]: value });
    expect([success, error.code, error.details[0].path]).toEqual([false, 'validation_failed', path]);
  });

  it('§5: each answers with the contract’s shape', async () => {
    const { id, owner } = group;
    const { version, lastSeq } = await owner.sees(id);
    const sent = await socket.say(id, 'x');
    expect(sent).toMatchObject({ seq: lastSeq + 1, version: version + 1 });
    expect(await socket.ask('conversation:join', { conversationId: id })).toEqual({
      success: true,
      version: version + 1,
      receipts: 0,
    });
    expect(await socket.ask('conversation:join', { conversationId: id.toUpperCase() })).toMatchObject({
      success: true,
    });
    for (const command of ['message:read', 'message:delivered']) {
      expect(await socket.ask(command, { conversationId: id, seq: 1 })).toEqual({
        success: true,
        lastReadSeq: sent.seq,
        lastDeliveredSeq: sent.seq,
        unreadCount: 0,
        mentionCount: 0,
        lastSeq: sent.seq,
      });
    }
    expect(await socket.ask('conversation:open', { conversationId: id, limit: 1 })).toEqual({
      success: true,
      items: [sent.message],
      nextCursor: String(sent.seq),
      hasMore: true,
      users: [expect.objectContaining({ id: owner.id })],
    });
    const token = await node.hostToken(owner.username, { exp: inSeconds(3600) });
    expect(token).not.toBe(owner.token);
  });
});

describe('conversation:join and conversation:leave', () => {
  it('S2.31 §5: leaving silences this socket alone, until it joins again or comes back', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const [silent, loud] = await Promise.all([bob.connect(), bob.connect()]);
    expect(await silent.ask('conversation:leave', { conversationId: id })).toEqual({
      success: true,
      version: 1,
      receipts: 0,
    });
    await owner.say(id, 'one');
    const own = await bob.say(id, 'two');
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'New' }));
    await loud.reaches(id, 5);
    // What is said to the user and not to the conversation still comes.
    await silent.first('message:sent', (sent) => sent.id === own.id);
    const elsewhere = await groupOf(owner, [bob]);
    await silent.reaches(elsewhere, 1);
    expect(silent.versions(id)).toEqual([]);
    expect(await silent.ask('conversation:join', { conversationId: id })).toEqual({
      success: true,
      version: 5,
      receipts: 0,
    });
    const probe = await owner.say(id, 'three');
    await silent.reaches(id, probe.version);
    expect(silent.versions(id)).toEqual([6]);
    await silent.ask('conversation:leave', { conversationId: id });
    silent.close();
    const back = await bob.connect();
    await owner.say(id, 'four');
    await back.reaches(id, 7);
  });

  it('A19 S2.31: strangers and former members get not_found, the same as for what does not exist, and receive nothing', async () => {
    const { id, owner, members } = await aGroup(node);
    const [ex] = members as [Person];
    const mallory = await aPerson(node);
    const own = await groupOf(mallory, [ex]);
    succeeded(await owner.delete(`/conversations/${id}/members/${ex.id}`));
    for (const who of [mallory, ex]) {
      const socket = await who.connect();
      for (const command of ['conversation:join', 'conversation:leave', 'conversation:open']) {
        const [real, none] = [
          await socket.ask(command, { conversationId: id }),
          await socket.ask(command, { conversationId: NOBODY }),
        ];
        expect(real).toEqual({ success: false, error: errorOf('not_found') });
        expect({ ...real.error, requestId: '' }).toEqual({ ...none.error, requestId: '' });
      }
      for (let i = 0; i < 20; i += 1) await owner.say(id, `${i}`);
      const probe = await mallory.say(own, 'probe');
      await socket.reaches(own, probe.version);
      expect(socket.heard.filter(({ payload }) => JSON.stringify(payload).includes(id))).toEqual([]);
    }
  });

  it('who is removed while silent and added again receives it as a new conversation', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    await socket.ask('conversation:leave', { conversationId: id });
    succeeded(await owner.delete(`/conversations/${id}/members/${bob.id}`));
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [bob.id] }));
    const probe = await owner.say(id, 'probe');
    await socket.reaches(id, probe.version);
    expect(
      socket
        .durable(id)
        .filter(({ name }) => name !== 'member:removed')
        .map(({ name, payload }) => [name, payload.version]),
    ).toEqual([
      ['conversation:created', 4],
      ['message:new', 5],
      ['message:new', 6],
    ]);
  });
});

describe('tokens and sockets', () => {
  const subOf = new Map<Person, string>();
  async function someone(): Promise<Person> {
    const sub = `t${randomUUID()}`;
    const { id, username, token } = await node.hostUser(sub);
    const who = new Person(node, id, username, token);
    subOf.set(who, sub);
    return who;
  }
  const fresh = (who: Person, exp: number) => node.hostToken(subOf.get(who) as string, { name: subOf.get(who), exp });

  it('A6 §2: at exp the socket gets server:closing and is closed below Socket.IO, and a client with a function for auth comes back', async () => {
    const who = await someone();
    const id = await groupOf(who, []);
    const later = await fresh(who, inSeconds(600));
    const exp = inSeconds(3);
    const short = await fresh(who, exp);
    const tokens = [short, later];
    const socket = new TestSocket(node.url, {
      reconnection: true,
      reconnectionDelay: 10,
      auth: (give) => give({ token: tokens.shift() ?? '' }),
    });
    expect(await socket.first('auth:expiring')).toEqual({ expiresAt: new Date(exp * 1000).toISOString() });
    await socket.say(id, 'before');
    const { error } = await socket.first('server:closing');
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000 - 20);
    expect(Date.now()).toBeLessThan(exp * 1000 + 5_000);
    expect(error).toEqual(errorOf('token_expired', { retryable: true }));
    expect(await socket.end()).toBe('transport close');
    await eventually('it is back', () => socket.all('ready').length === 2);
    await socket.say(id, 'after');
    socket.close();
    const old = new TestSocket(node.url, { auth: { token: short } });
    await old.end();
    expect(old.refusal.code).toBe('token_expired');
  });

  it('A6 §2: no command is run and no event is received any more after exp', async () => {
    const who = await someone();
    const friend = await aPerson(node);
    const id = await groupOf(who, [friend]);
    const token = await fresh(who, inSeconds(3));
    const raw = await RawSocket.open(node.url, token);
    await eventually('it is closed', () => raw.closed !== null);
    await friend.say(id, 'after');
    expect(raw.frames.at(-1)).toContain('"server:closing"');
    expect(raw.frames.some((frame) => frame.includes('"after"'))).toBe(false);
    const late = new Person(node, who.id, who.username, token);
    expect((await late.post(`/conversations/${id}/messages`, { content: 'late' })).body.error.code).toBe(
      'token_expired',
    );
  });

  it('§2: auth:refresh renews in place, past the old exp', async () => {
    const who = await someone();
    const id = await groupOf(who, []);
    const later = inSeconds(600);
    const token = await fresh(who, later);
    const exp = inSeconds(3);
    const socket = await TestSocket.open(node.url, await fresh(who, exp));
    expect(await socket.ask('auth:refresh', { token })).toEqual({
      success: true,
      expiresAt: new Date(later * 1000).toISOString(),
    });
    await eventually('the old token has expired', () => Date.now() > exp * 1000 + 100);
    expect((await socket.say(id, 'still here')).seq).toBe(1);
    expect(socket.ended).toBeNull();
    socket.close();
  });

  it('§2: a token that is no good renews nothing and leaves the socket as it was', async () => {
    const who = await someone();
    const socket = await who.connect();
    const cases: [string, string][] = [
      ['garbage', 'unauthenticated'],
      ['', 'unauthenticated'],
      [await fresh(who, inSeconds(-1)), 'token_expired'],
      ['x'.repeat(9_000), 'validation_failed'],
    ];
    for (const [token, code] of cases) expect((await socket.ask('auth:refresh', { token })).error.code).toBe(code);
    expect((await socket.ask('auth:refresh', {})).error.code).toBe('validation_failed');
    expect((await socket.say(await groupOf(who, []), 'still here')).seq).toBe(1);
  });

  it('A7 §2: another user’s token is forbidden, and the socket closed for good', async () => {
    const [who, other] = (await people(node, 2)) as [Person, Person];
    const socket = await who.connect();
    expect((await socket.ask('auth:refresh', { token: other.token })).error.code).toBe('forbidden');
    expect((await socket.first('server:closing')).error).toEqual(errorOf('forbidden'));
    expect(await socket.end()).toBe('io server disconnect');
  });

  describe('that are no longer good', () => {
    const signIn = async (username: string): Promise<string> => {
      const answer = await node.request.post('/api/auth/login').send({ username, password: PASSWORD }).expect(200);
      return answer.body.accessToken;
    };
    const expectEnded = async (socket: TestSocket) => {
      expect((await socket.first('server:closing')).error).toEqual(errorOf('unauthenticated'));
      expect(await socket.end()).toBe('io server disconnect');
    };
    const expectRefused = async (token: string) => {
      const again = new TestSocket(node.url, { auth: { token } });
      expect(await again.end()).toBe('connect_error');
      expect(again.refusal).toMatchObject({ code: 'unauthenticated' });
    };

    it('§2 V7.4: signing out closes the sockets of that session, and of no other', async () => {
      const account = await node.register(`out-${randomUUID().slice(0, 8)}`);
      const token = await signIn(account.username);
      const [mine, elsewhere] = [
        await TestSocket.open(node.url, token),
        await TestSocket.open(node.url, account.token),
      ];
      await node.request.post('/api/auth/logout').set('authorization', `Bearer ${token}`).expect(204);
      await expectEnded(mine);
      expect((await elsewhere.ask('no:such')).error.code).toBe('not_found');
      await expectRefused(token);
      elsewhere.close();
    });

    it('§2 V7.4: a new password closes all of the user’s sockets', async () => {
      const account = await node.register(`new-${randomUUID().slice(0, 8)}`);
      const sockets = [
        await TestSocket.open(node.url, account.token),
        await TestSocket.open(node.url, await signIn(account.username)),
      ];
      const change = { current: PASSWORD, new: 'another horse battery' };
      await node.request.post('/api/auth/password').set('authorization', account.bearer).send(change).expect(200);
      for (const socket of sockets) await expectEnded(socket);
      await expectRefused(account.token);
    });

    it('§2 V7.4: disabling someone closes all of their sockets, also those of the host product’s people', async () => {
      const chief = await node.register('chief');
      const account = await node.register(`off-${randomUUID().slice(0, 8)}`);
      const guest = await aPerson(node);
      for (const { id, token } of [account, guest]) {
        const socket = await TestSocket.open(node.url, token);
        await node.request
          .patch(`/api/users/${id}`)
          .set('authorization', chief.bearer)
          .send({ isDisabled: true })
          .expect(200);
        await expectEnded(socket);
        await expectRefused(token);
      }
    });
  });
});

describe('announcements', () => {
  let herald: Person;
  beforeAll(async () => {
    const { id, username, token } = await node.hostUser('herald');
    herald = new Person(node, id, username, token);
  });
  const stored = async () => (await node.rows(sql`SELECT text FROM announcements`)).length;
  const ahead = (ms: number) => new Date(Date.now() + ms).toISOString();

  it('reach every transport, as they were written', async () => {
    const who = await aPerson(node);
    const text = 'Back at 7 <b>sharp</b>\n& then for good 🎉';
    const socket = await who.connect();
    const plain = await WebSocketClient.open(node.url, { token: who.token });
    const stomp = await StompSocket.open(node.url, who.token);
    succeeded(await herald.post('/announcements', { text }));
    expect(await socket.first('server:announcement')).toEqual({ text });
    expect(await plain.event('server:announcement')).toEqual({ text });
    expect((await stomp.event('server.announcement')).json).toEqual({ text });
    for (const each of [socket, plain, stomp]) each.close();
  });

  it('with an end come to STOMP also where it connects later, and end by then', async () => {
    const who = await aPerson(node);
    const until = ahead(3_600_000);
    succeeded(await herald.post('/announcements', { text: 'for an hour', until }));
    const stomp = await StompSocket.open(node.url, who.token);
    expect((await stomp.event('server.announcement')).json).toEqual({ text: 'for an hour', until });
    const end = await eventually('one is made that ends soon', async () => {
      const soon = { text: 'for a moment', until: ahead(1_000) };
      return (await herald.post('/announcements', soon)).status === 201 ? soon.until : null;
    });
    await eventually('it has ended', () => Date.now() > Date.parse(end));
    const late = await who.connect();
    await late.ask('sync', { conversations: {} });
    expect(late.all('server:announcement')).toEqual([]);
    stomp.close();
    late.close();
  });

  it.each<[string, object, string]>([
    ['no text', {}, 'text'],
    ['an empty text', { text: '' }, 'text'],
    ['a text that shows nothing', { text: ' \u200b\n' }, 'text'],
    ['a text that is none', { text: ['x'] }, 'text'],
    ['a text of 1,001 characters', { text: 'x'.repeat(1_001) }, 'text'],
    ['a text with NUL', { text: 'a\u0000b' }, 'text'],
    ['an end that is over', { text: 'x', until: '2020-01-01T00:00:00Z' }, 'until'],
    ['an end in ten years', { text: 'x', until: '2036-12-01T00:00:00Z' }, 'until'],
    ['an end that is no time', { text: 'x', until: 'tomorrow' }, 'until'],
    ['an end without a zone', { text: 'x', until: '2036-01-01T00:00:00' }, 'until'],
    ['an end on a day that is none', { text: 'x', until: '2027-13-45T00:00:00Z' }, 'until'],
    ['an end that is null', { text: 'x', until: null }, 'until'],
    ['a key that is unknown', { text: 'x', to: 'all' }, 'to'],
  ])('with %s are refused, and nothing is stored or told', async (_what, body, path) => {
    const [socket, before] = [await herald.connect(), await stored()];
    const { status, body: answer } = await herald.post('/announcements', body);
    expect([status, answer.error.code, answer.error.details.map((each: { path: string }) => each.path)]).toEqual([
      400,
      'validation_failed',
      [path],
    ]);
    await socket.ask('sync', { conversations: {} });
    expect([socket.all('server:announcement'), await stored()]).toEqual([[], before]);
    socket.close();
  });

  it('are for server admins alone, and in the audit log without their text', async () => {
    const [who, before] = [await aPerson(node), await stored()];
    const refused = await who.post('/announcements', { text: 'from somebody' });
    expect([refused.status, refused.body.error.code, await stored()]).toEqual([403, 'forbidden', before]);
    const { items } = succeeded(await herald.get('/audit'));
    const made = items.filter(({ action }: { action: string }) => action === 'announcement_made');
    expect(made.length).toBe(before);
    expect(made[0]).toMatchObject({ actorId: herald.id, target: null });
    expect(JSON.stringify(made)).not.toContain('sharp');
  });
});

describe('polling', () => {
  it('S2.3: serves as well as a websocket', async () => {
    const { id, owner, members } = await aGroup(node);
    const [slow, fast] = await Promise.all([
      owner.connect({ transports: ['polling'] }),
      (members[0] as Person).connect(),
    ]);
    const acks = await Promise.all([1, 2, 3].map((i) => slow.say(id, `${i}`)));
    expect(acks.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    await fast.say(id, '4');
    for (const socket of [slow, fast]) {
      await socket.reaches(id, 5);
      expect(socket.versions(id)).toEqual([2, 3, 4, 5]);
    }
    expect(slow.io.io.engine.transport.name).toBe('polling');
    slow.close();
  });

  it('S2.3: a plain client begins with it and goes on by websocket, missing nothing', async () => {
    const { id, owner, members } = await aGroup(node);
    const socket = await (members[0] as Person).connect({ transports: ['polling', 'websocket'] });
    let sent = 0;
    await eventually('it is upgraded', async () => {
      await owner.say(id, `${(sent += 1)}`);
      return socket.io.io.engine.transport.name === 'websocket';
    });
    const probe = await owner.say(id, 'probe');
    await socket.reaches(id, probe.version);
    expect(socket.versions(id)).toEqual(Array.from({ length: sent + 1 }, (_, i) => i + 2));
  });
});

describe('giant and deep frames', () => {
  const filled = (length: number, before: string, after: string) =>
    before + 'x'.repeat(length - before.length - after.length) + after;

  it('A51 G8: a frame of 262,144 bytes is read; one byte more closes the connection with 1009, and others go on', async () => {
    const { id, owner, members } = await aGroup(node);
    const other = await (members[0] as Person).connect();
    const raw = await RawSocket.open(node.url, owner.token);
    const [before, after] = [`421["message:send",{"conversationId":"${id}","content":"`, '"}]'];
    raw.send(filled(LIMITS.frameBytes, before, after));
    expect(await raw.frame(/^431\[/)).toContain('content_too_long');
    raw.send(filled(LIMITS.frameBytes + 1, before, after));
    await eventually('it is closed', () => raw.closed !== null);
    expect(raw.closed).toBe(1009);
    await owner.say(id, 'on');
    await other.reaches(id, 2);
    for (const size of [1_000_000, 20_000_000]) {
      const giant = await RawSocket.open(node.url, owner.token);
      giant.send(filled(size, before, after));
      await eventually('it is closed', () => giant.closed !== null);
    }
    await expectAlive();
  });

  it('A51: a frame that says it has 100 MB is refused before any of it has come', async () => {
    const { port, hostname } = new URL(node.url);
    const stream = connect(Number(port), hostname);
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    stream.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    const text = () => Buffer.concat(parts).toString('latin1');
    await eventually('it is open', () => text().includes('0{"sid"'));
    const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
    head.writeUInt32BE(100_000_000, 6);
    stream.write(head);
    // A close frame with 1009.
    await eventually('it is refused', () => text().includes('\u0088\u0002\u0003\u00f1'));
    stream.destroy();
    await expectAlive();
  });

  it('A51: neither does polling read more than that', async () => {
    const opened = await (await fetch(`${node.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const answer = await fetch(`${node.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
      method: 'POST',
      body: 'x'.repeat(LIMITS.frameBytes + 1),
    });
    expect(answer.status).toBe(413);
    await expectAlive();
  });

  it('G8: JSON of 50,000 levels is refused wherever it stands, and the process goes on', async () => {
    const { id, owner, members } = await aGroup(node);
    const other = await (members[0] as Person).connect();
    const raw = await RawSocket.open(node.url, owner.token);
    const lists = '['.repeat(50_000) + ']'.repeat(50_000);
    const objects = '{"a":'.repeat(40_000) + '1' + '}'.repeat(40_000);
    let asked = 0;
    for (const deep of [lists, objects]) {
      for (const payload of [
        deep,
        `{"conversationId":"${id}","content":"x","metadata":{"a":${deep}}}`,
        `{"conversationId":"${id}","content":${deep}}`,
        `{"conversationId":${deep},"content":"x"}`,
        `{"conversationId":"${id}","content":"x","more":${deep}}`,
        `{},${deep}`,
      ]) {
        asked += 1;
        const ack = await raw.ask(asked, `["message:send",${payload}]`);
        expect(ack.error.code).toBe('validation_failed');
      }
      expect((await raw.ask(100 + asked, `["no:such",${deep}]`)).error.code).toBe('not_found');
      const rest = await owner.post(`/conversations/${id}/messages`, `{"content":"x","metadata":{"a":${deep}}}`);
      expect([rest.status, rest.body.error?.code]).toEqual([400, 'validation_failed']);
    }
    const handshake = new RawSocket(node.url);
    await handshake.frame(/^0\{/);
    handshake.send(`40{"token":${lists}}`);
    expect(await handshake.frame(/^44/)).toContain('unauthenticated');
    await owner.say(id, 'on');
    await other.reaches(id, 2);
    expect(other.versions(id)).toEqual([2]);
  });

  it('A53: frames that are none end their own connection at most', async () => {
    const { owner } = await aGroup(node);
    for (const frame of [
      'not json',
      '42',
      '42[',
      '42{}',
      '42[]',
      '42[null]',
      '42["disconnect"]',
      '43',
      '4399[]',
      '451-["x"]',
      '45999999999-["x",{"_placeholder":true,"num":0}]',
      '9',
      '',
      '42["message:send"',
      '40/admin,',
      '41',
      '44{}',
      '\u0000',
    ]) {
      const raw = await RawSocket.open(node.url, owner.token);
      raw.send(frame);
      raw.send('4277["no:such",{}]');
      await eventually(
        'it is answered or closed',
        () => raw.closed ?? raw.frames.find((each) => each.startsWith('43')),
      );
      raw.close();
    }
    await expectAlive();
  });
});

describe('the log', () => {
  it('S1.23 A68: has connections, ends and refusals, and no token and no text', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await owner.connect();
    await socket.say(id, 'a very private text');
    const { error } = await socket.ask('message:send', { conversationId: NOBODY, content: 'another private text' });
    socket.close();
    const gone = await eventually('the end is told', () =>
      node.logs.find(({ msg, userId }) => msg === 'disconnected' && userId === owner.id),
    );
    expect(gone).toMatchObject({ transport: 'socketio', reason: 'client namespace disconnect' });
    expect(node.logs).toContainEqual(
      expect.objectContaining({ msg: 'connected', userId: owner.id, transport: 'socketio' }),
    );
    expect(node.logs).toContainEqual(
      expect.objectContaining({
        msg: 'refused',
        code: 'not_found',
        userId: owner.id,
        transport: 'socketio',
        command: 'message:send',
        requestId: error.requestId,
      }),
    );
    const text = JSON.stringify(node.logs);
    for (const secret of ['private text', owner.token, owner.token.slice(0, 100)]) expect(text).not.toContain(secret);
  });
});
