import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, WebSocketClient } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { Browser, ForumSocket } from './forum-socket.js';
import { PASSWORD, startNode, type TestNode } from './node.js';
import { groupOf, NOBODY, Person, succeeded, times } from './people.js';
import { RawSocket } from './raw-socket.js';

let node: TestNode;
let mia: Browser;
let noah: Browser;
const opened: WebSocketClient[] = [];

beforeAll(async () => {
  node = await startNode({ FORUM_PROFILE: 'on', TRUST_PROXY: 'loopback', FRONTEND_URL: 'https://forum.example' });
  mia = await Browser.of(node, 'mia');
  noah = await Browser.of(node, 'noah');
});
afterAll(() => node.close());
afterEach(() => {
  for (const socket of opened.splice(0)) socket.close();
});

const kept = <Socket extends WebSocketClient>(socket: Socket): Socket => {
  opened.push(socket);
  return socket;
};
const join = async (browser: Browser): Promise<ForumSocket> => kept(await browser.join());
const dial = (beginning: ConstructorParameters<typeof ForumSocket>[1]) => kept(new ForumSocket(node.url, beginning));
const personOf = ({ id, token }: Browser, username: string) => new Person(node, id, username, token);
const nameOf = (cookie: string): string => cookie.split('=')[0] ?? '';

describe('The cookie of the profile of forums', () => {
  it('S3.19 S3.34 §7: is set at signing in and at each renewal beside the refresh cookie, for /ws alone, out of reach of scripts', async () => {
    const lines = (await node.request.post('/api/auth/login').send({ username: 'mia', password: PASSWORD })).get(
      'Set-Cookie',
    );
    const attributes =
      /^parley_forum_[0-9a-f]{12}=[0-9a-f-]{36}\.[\w-]{43}; Max-Age=2592000; Path=\/ws; HttpOnly; SameSite=Strict$/;
    expect([lines?.length, lines?.[1]]).toEqual([2, expect.stringMatching(attributes)]);
    const renewed = await mia.agent.post('/api/auth/refresh').expect(200);
    expect(renewed.get('Set-Cookie')?.[1]).toMatch(attributes);
    expect([mia.cookieAt('/ws'), mia.cookieAt('/api/auth'), mia.cookieAt('/api')].map(nameOf)).toEqual([
      expect.stringMatching(/^parley_forum_/),
      expect.stringMatching(/^parley_refresh_/),
      '',
    ]);
  });

  it('S3.34 §2: is Secure where people come by TLS to the proxy in front', async () => {
    const at = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example' };
    const answer = await node.request.post('/api/auth/login').set(at).send({ username: 'mia', password: PASSWORD });
    expect(answer.get('Set-Cookie')?.[1]).toMatch(/^parley_forum_.*; Secure; SameSite=Strict$/);
    const [cookie] = answer.get('Set-Cookie')?.[1]?.split(';') ?? [];
    const headers = { ...at, 'x-forwarded-for': '203.0.113.7' };
    await dial({ cookie, origin: 'https://chat.example', headers }).notice('join');
    expect(await refusalOf(dial({ cookie, origin: 'http://chat.example', headers }))).toEqual([
      403,
      'forbidden',
      'origin',
    ]);
  });

  it('A9 §7: opens nothing else: no REST, no plain WebSocket, no STOMP, no Socket.IO, and renews nothing', async () => {
    const cookie = mia.cookieAt('/ws');
    const [, value = ''] = cookie.split('=');
    const headers = { cookie, origin: node.url };
    for (const path of ['/api/users/me', '/api/conversations'])
      expect((await node.request.get(path).set(headers)).status).toBe(401);
    for (const bearer of [value, value.split('.')[0] ?? ''])
      expect((await node.request.get('/api/users/me').set('authorization', `Bearer ${bearer}`)).status).toBe(401);
    expect((await node.request.post('/api/auth/refresh').set(headers)).status).toBe(401);
    const asRefresh = `${nameOf(mia.cookieAt('/api/auth'))}=${value}`;
    expect((await node.request.post('/api/auth/refresh').set({ ...headers, cookie: asRefresh })).status).toBe(401);
    const plain = kept(new WebSocketClient(node.url, { headers }));
    plain.socket.on('open', () => plain.send({ type: 'sync', data: { conversations: {} } }));
    expect(await plain.end()).toBe(4501);
    for (const path of [`/ws?token=${value}`, `/ws?ticket=${value}`])
      expect([path, await kept(new WebSocketClient(node.url, { path, headers })).end()]).toEqual([path, 4501]);
    const stomp = kept(new WebSocketClient(node.url, { path: '/stomp', headers }));
    stomp.socket.on('open', () => stomp.send('CONNECT\naccept-version:1.2\n\n\0'));
    expect(await stomp.end()).toBe(4501);
    const socketIo = new RawSocket(node.url, { headers });
    await socketIo.opened();
    socketIo.send('40');
    expect(await socketIo.frame(/^44/)).toContain('"unauthenticated"');
    socketIo.close();
  });

  it('S3.34 §2: signing out clears it, ends what it opened, and what it names is refused from then on', async () => {
    const browser = await Browser.of(node, 'leaving');
    const cookie = browser.cookieAt('/ws');
    const socket = await join(browser);
    const answer = await browser.agent.post('/api/auth/logout').expect(204);
    expect(answer.get('Set-Cookie')?.[1]).toMatch(/^parley_forum_[0-9a-f]{12}=; Max-Age=0; Path=\/ws;/);
    expect(await socket.end()).toBe(4501);
    expect(socket.notices('leave').map(({ error }) => error.code)).toEqual(['unauthenticated']);
    expect(await dial({ cookie }).end()).toBe(4501);
  });

  it('S3.34 §2: a session that is revoked from elsewhere, a new password and a disabled user close its connections as well', async () => {
    const browser = await Browser.of(node, 'revoked');
    const ways: (() => PromiseLike<{ status: number }>)[] = [
      async () => {
        const { items } = (await browser.agent.get('/api/auth/sessions').set(browser.bearer)).body;
        return browser.agent.delete(`/api/auth/sessions/${items[0].id}`).set(browser.bearer);
      },
      () => {
        const body = { current: PASSWORD, new: `${PASSWORD} anew` };
        return browser.agent.post('/api/auth/password').set(browser.bearer).send(body);
      },
      () => mia.agent.patch(`/api/users/${browser.id}`).set(mia.bearer).send({ isDisabled: true }),
    ];
    for (const end of ways) {
      const socket = await join(browser);
      const cookie = browser.cookieAt('/ws');
      expect((await end()).status).toBeLessThan(300);
      expect(await socket.end()).toBe(4501);
      expect(await dial({ cookie }).end()).toBe(4501);
      if (end === ways[0]) await browser.signIn('login', 'revoked');
    }
  });

  it('S3.34 attack 1: none, a forged one, one of another installation and one whose session is over are unauthenticated, before any event', async () => {
    const browser = await Browser.of(node, 'over');
    const cookie = browser.cookieAt('/ws');
    const [name = '', value = ''] = cookie.split('=');
    const [session = '', mac = ''] = value.split('.');
    const [live = '', other = ''] = mia.cookieAt('/ws').split('=')[1]?.split('.') ?? [];
    await node.rows(sql`UPDATE refresh_sessions SET expires_at = now() - interval '1 second' WHERE id = ${session}`);
    const refused = [
      undefined,
      cookie,
      `${name}=`,
      `${name}=${session}`,
      `${name}=${session}.${other}`,
      `${name}=${live}.${mac}`,
      `${name}=${live}.${other.slice(1)}`,
      `${name}=${NOBODY}.${mac}`,
      `${name}=${value}.1`,
      `${name}=%E0%A4%A`,
      `parley_forum_000000000000=${mia.cookieAt('/ws').split('=')[1]}`,
      noah.cookieAt('/api/auth'),
      `${name}=${noah.cookieAt('/api/auth').split('=')[1]}`,
    ];
    for (const each of refused) {
      const socket = dial({ cookie: each, headers: { 'sec-fetch-site': 'same-origin', ...mia.bearer } });
      expect([each, await socket.end()]).toEqual([each, 4501]);
      expect(socket.frames.map(({ type }) => type)).toEqual(['leave']);
      const [{ error } = { error: null }] = socket.notices('leave');
      const line = node.logs.find(({ requestId }) => requestId === error?.requestId);
      expect(line).toMatchObject({ code: 'unauthenticated', transport: 'forum', userId: null });
    }
  });
});

describe('/ws?profile=forum: before the upgrade', () => {
  it('S3.9 attack 12: no Origin, a foreign one, another profile and unknown parameters are refused', async () => {
    const cookie = mia.cookieAt('/ws');
    const refused: [object, [number, string, string]][] = [
      [{ origin: null }, [403, 'forbidden', 'origin']],
      [{ origin: 'https://evil.example' }, [403, 'forbidden', 'origin']],
      [{ origin: 'null' }, [403, 'forbidden', 'origin']],
      [{ path: '/ws?profile=other' }, [400, 'validation_failed', 'profile']],
      [{ path: '/ws?profile=forum&profile=forum' }, [400, 'validation_failed', 'profile']],
      [{ path: `/ws?profile=forum&token=${mia.token}` }, [400, 'validation_failed', 'token']],
      [{ path: `/ws/${NOBODY}?profile=forum` }, [400, 'validation_failed', 'profile']],
    ];
    for (const [beginning, answer] of refused)
      expect([beginning, await refusalOf(dial({ cookie, ...beginning }))]).toEqual([beginning, answer]);
    expect((await node.request.get('/ws?profile=forum').set({ cookie, origin: node.url })).status).toBe(400);
    await dial({ cookie, origin: 'https://forum.example' }).notice('join');
  });

  it('§8: with FORUM_PROFILE=off it is unsupported, and there is no cookie', async () => {
    const off = await startNode();
    const browser = await Browser.of(off, 'nobody');
    expect([browser.cookieAt('/ws'), nameOf(browser.cookieAt('/api/auth'))]).toEqual([
      '',
      expect.stringMatching(/^parley_refresh_/),
    ]);
    const socket = kept(new ForumSocket(off.url, { cookie: mia.cookieAt('/ws') }));
    expect(await refusalOf(socket)).toEqual([501, 'unsupported', undefined]);
    expect(JSON.parse(socket.refused?.body ?? '').error.message).toContain('FORUM_PROFILE');
    await off.close();
  });
});

describe('/ws?profile=forum', () => {
  it('S3.5 S3.7 S3.20 S3.24 S3.26 S3.36 §7: a life of two people from signing in to leaving', async () => {
    const [ada, ben] = [await Browser.of(node, 'ada'), await Browser.of(node, 'ben')];
    const a = await join(ada);
    expect(a.frames[0]).toEqual({
      type: 'join',
      data: { userId: ada.id, limits: { contentCharacters: 500, messagesPerSecond: 0, messagesPerMinute: 0 } },
    });
    expect(a.notices('online_users')).toEqual([{ users: [] }]);
    const b = await join(ben);
    const first = await a.tell(ben.id, 'Hello, Ben');
    expect(first).toMatchObject({ seq: 1, duplicate: false });
    expect(first.message).toMatchObject({
      senderId: ada.id,
      receiverId: ben.id,
      content: 'Hello, Ben',
      isDeleted: false,
    });
    expect(await b.notice('private_message')).toEqual(first.message);
    const benView = { id: ben.id, username: 'ben', displayName: 'ben' };
    await a.notice('online_users', ({ users }) => users.some(({ id }) => id === ben.id));
    expect(await a.notice('user_online')).toEqual({ user: benView });
    const answer = await b.tell(ada.id, 'Hello, Ada');
    expect(await a.notice('private_message')).toEqual(answer.message);

    a.give('load_history', { userId: ben.id, limit: 1 });
    const page = await a.notice('history_loaded');
    expect(page).toEqual({ userId: ben.id, messages: [answer.message], hasMore: true, before: '2' });
    a.give('load_history', { userId: ben.id, before: page.before ?? '' });
    const rest = await a.notice('history_loaded', ({ before }) => before === null);
    expect(rest).toEqual({ userId: ben.id, messages: [first.message], hasMore: false, before: null });

    b.give('typing_start', { userId: ada.id });
    expect(await a.notice('typing_start')).toEqual({ userId: ben.id });
    b.give('typing_stop', { userId: ada.id });
    expect(await a.notice('typing_stop')).toEqual({ userId: ben.id });

    const again = await join(ada);
    expect(again.notices('online_users')).toEqual([{ users: [benView] }]);
    again.give('join', {});
    await eventually('it is welcomed again', () => again.notices('join').length === 2);
    expect(again.notices('online_users').at(-1)).toEqual({ users: [benView] });

    // Whoever hides it is offline at once; who leaves is after ten seconds.
    succeeded(await personOf(ben, 'ben').patch('/users/me', { isHidden: true }));
    expect(await a.notice('user_offline')).toEqual({ userId: ben.id, lastSeenAt: null });
    await eventually('nobody is online', () => a.notices('online_users').at(-1)?.users.length === 0);

    // Whatever came before it is answered first.
    b.give('private_message', { receiverId: ada.id, content: 'Bye' });
    b.give('leave', {});
    expect(await b.end()).toBe(1000);
    expect(b.notices('message_delivered').at(-1)?.message?.content).toBe('Bye');
    await again.notice('private_message', ({ content }) => content === 'Bye');
    expect(a.notices('message_failed')).toEqual([]);
  });

  it('S3.25 S3.29 S3.37: all connections of a sender but the sending one get what they sent, and who is away finds it', async () => {
    const [cleo, dan] = [await Browser.of(node, 'cleo'), await Browser.of(node, 'dan')];
    const [one, other] = [await join(cleo), await join(cleo)];
    const sent = [await one.tell(dan.id, 'first'), await one.tell(dan.id, 'second')];
    for (const { message } of sent)
      expect(await other.notice('private_message', ({ id }) => id === message?.id)).toEqual(message);
    expect(one.notices('private_message')).toEqual([]);
    const late = await join(dan);
    late.give('load_history', { userId: cleo.id });
    expect((await late.notice('history_loaded')).messages).toEqual(sent.map(({ message }) => message));
  });

  it('G2 G3: first messages sent in one go make one conversation in their order, and repeats are told as such', async () => {
    const eve = await Browser.of(node, 'eve');
    const sender = await join(noah);
    const ids = Array.from({ length: 10 }, () => crypto.randomUUID());
    for (const [n, clientMessageId] of ids.entries())
      sender.give('private_message', { receiverId: eve.id.toUpperCase(), content: `${n}`, clientMessageId });
    await eventually('all are stored', () => sender.notices('message_delivered').length === ids.length);
    const seqOf = new Map(
      sender.notices('message_delivered').map(({ clientMessageId, seq }) => [clientMessageId, seq]),
    );
    expect(ids.map((id) => seqOf.get(id))).toEqual(ids.map((_, n) => n + 1));
    sender.give('private_message', { receiverId: eve.id, content: '0', clientMessageId: ids[0] ?? '' });
    const repeat = await sender.notice('message_delivered', ({ duplicate }) => duplicate);
    expect([repeat.seq, repeat.message?.content]).toEqual([1, '0']);
    const receiver = await join(eve);
    await receiver.notice('online_users', ({ users }) => users.some(({ id }) => id === noah.id));
  });

  it('G5: what is said in groups is not told, and no frame reaches a conversation by its own id', async () => {
    const [owner, member] = [personOf(mia, 'mia'), personOf(noah, 'noah')];
    const group = await groupOf(owner, [member]);
    const [a, b] = [await join(mia), await join(noah)];
    await owner.say(group, 'to the group');
    for (const type of ['typing_start', 'load_history', 'private_message'])
      a.send({
        type,
        data: { ...(type === 'private_message' ? { receiverId: group, content: 'x' } : { userId: group }) },
      });
    expect((await a.notice('history_loaded')).messages).toEqual([]);
    expect((await a.notice('message_failed', ({ request }) => request === 'typing_start')).code).toBe('not_found');
    expect((await a.notice('message_failed', ({ request }) => request === 'private_message')).code).toBe(
      'validation_failed',
    );
    await a.tell(noah.id, 'to one person');
    await b.notice('private_message', ({ content }) => content === 'to one person');
    expect(b.texts.join()).not.toContain('to the group');
    expect((await owner.sees(group)).lastSeq).toBe(1);
  });

  it('S3.6 S3.31 S3.32: what cannot be sent fails by the table of errors, with the client’s own id, and stores nothing', async () => {
    const fay = await Browser.of(node, 'fay');
    const socket = await join(fay);
    const long = { receiverId: noah.id, content: 'x'.repeat(501) };
    const cases: [string, object, string, string | undefined][] = [
      ['private_message', long, 'content_too_long', 'content'],
      ['private_message', { receiverId: noah.id, content: ' ' }, 'validation_failed', 'content'],
      ['private_message', { receiverId: noah.id }, 'validation_failed', 'content'],
      ['private_message', { receiverId: fay.id, content: 'x' }, 'validation_failed', 'receiverId'],
      ['private_message', { receiverId: NOBODY, content: 'x' }, 'validation_failed', 'receiverId'],
      ['private_message', { receiverId: 'noah', content: 'x' }, 'validation_failed', 'receiverId'],
      ['private_message', { content: 'x' }, 'validation_failed', 'receiverId'],
      ['private_message', { ...long, content: 'x', clientMessageId: 'mine' }, 'validation_failed', 'clientMessageId'],
      ['load_history', { userId: 7 }, 'validation_failed', 'userId'],
      ['load_history', { userId: noah.id, limit: 101 }, 'validation_failed', 'limit'],
      ['typing_start', { userId: NOBODY }, 'not_found', undefined],
      ['shout', {}, 'not_found', undefined],
      ['message.send', {}, 'not_found', undefined],
      ['sync', {}, 'not_found', undefined],
      ['__proto__', {}, 'not_found', undefined],
    ];
    for (const [n, [type, data, code, path]] of cases.entries()) {
      const given = type === 'private_message' ? { clientMessageId: crypto.randomUUID(), ...data } : data;
      socket.send({ type, data: given });
      const failed = await eventually(`${type} fails`, () => socket.notices('message_failed')[n]);
      expect([type, data, failed.code, failed.details?.[0]?.path]).toEqual([type, data, code, path]);
      const { clientMessageId } = given as { clientMessageId?: string };
      expect([failed.request, failed.clientMessageId]).toEqual([type, clientMessageId]);
      expect(failed.message.length).toBeGreaterThan(5);
      const line = await eventually('it is reported', () =>
        node.logs.find(({ requestId }) => requestId === failed.requestId),
      );
      expect(line).toMatchObject({ code, transport: 'forum', userId: fay.id });
    }
    expect(socket.closed).toBeNull();
    expect((await node.request.get('/api/conversations').set(fay.bearer)).body.items).toEqual([]);
    const astral = await socket.tell(noah.id, '😀'.repeat(500));
    expect(astral.seq).toBe(1);
    await socket.tell(noah.id, 'within a known conversation');
    socket.give('private_message', long);
    await eventually('it fails there too', () => socket.notices('message_failed').at(-1)?.code === 'content_too_long');
  });

  it('§6: to whom is blocked or in an archived conversation messages fail, and everything else goes on', async () => {
    const [gus, hal] = [await Browser.of(node, 'gus'), await Browser.of(node, 'hal')];
    const socket = await join(gus);
    const { message } = await socket.tell(hal.id, 'hello');
    const codes: string[] = [];
    const refusedOnce = async () => {
      socket.give('private_message', { receiverId: hal.id, content: 'again' });
      const failed = await eventually('it fails', () => socket.notices('message_failed')[codes.length]);
      codes.push(failed.code);
    };
    const blocker = personOf(hal, 'hal');
    succeeded(await blocker.call('PUT', `/users/${gus.id}/block`));
    await refusedOnce();
    succeeded(await blocker.delete(`/users/${gus.id}/block`));
    const { items } = succeeded(await blocker.get('/conversations'));
    succeeded(await blocker.patch(`/conversations/${items[0].id}`, { isArchived: true }));
    await refusedOnce();
    expect(codes).toEqual(['forbidden', 'conflict']);
    socket.give('load_history', { userId: hal.id });
    expect((await socket.notice('history_loaded')).messages).toEqual([message]);
  });

  it('attack 53: what is no frame is told so, and the tenth ends the connection with 4505', async () => {
    const socket = await join(mia);
    const bad = ['not json', 'null', '[]', '{}', '{"type":7}', '{"type":"join","more":1}', '{"id":1,"type":"join"}'];
    const badData = ['{"type":"join","data":[]}', '{"type":"private_message","data":{"conversationId":"x"}}'];
    for (const text of [...bad, ...badData]) socket.send(text);
    await eventually('nine are answered', () => socket.notices('message_failed').length === 9);
    socket.socket.send(Buffer.from([0, 1, 2, 255]));
    expect(await socket.end()).toBe(4505);
    expect(socket.notices('message_failed').map(({ code }) => code)).toEqual(times(10, 'validation_failed'));
    expect(socket.notices('leave').map(({ error }) => error.code)).toEqual(['bad_frames']);
  });

  it('S3.6: a frame may come in pieces, also split within a character, and right behind the handshake', async () => {
    const socket = kept(new ForumSocket(node.url, { cookie: mia.cookieAt('/ws') }));
    const clientMessageId = crypto.randomUUID();
    const data = { receiverId: noah.id, content: 'Grüße 😀', clientMessageId };
    const bytes = Buffer.from(JSON.stringify({ type: 'private_message', data }));
    socket.socket.on('open', () => {
      for (let at = 0; at < bytes.length; at += 1)
        socket.socket.send(bytes.subarray(at, at + 1), { binary: false, fin: at === bytes.length - 1 });
    });
    const sent = await socket.notice('message_delivered', (each) => each.clientMessageId === clientMessageId);
    expect(sent.message?.content).toBe('Grüße 😀');
    expect(socket.frames.map(({ type }) => type).slice(0, 2)).toEqual(['join', 'online_users']);
  });

  it('G9: a node that stops says so and closes with 4001', async () => {
    const stopping = await startNode({ FORUM_PROFILE: 'on' });
    const browser = await Browser.of(stopping, 'last');
    const socket = await browser.join();
    await stopping.close();
    expect(await socket.end()).toBe(4001);
    expect(socket.notices('leave').map(({ error }) => error.code)).toEqual(['draining']);
  });
});

/** Status, code and path of the refusal before the upgrade. */
async function refusalOf(socket: ForumSocket): Promise<[number, string, string | undefined]> {
  const { status, body } = await eventually('it is refused', () => socket.refused);
  const { code, details } = JSON.parse(body).error;
  return [status, code, details?.[0]?.path];
}
