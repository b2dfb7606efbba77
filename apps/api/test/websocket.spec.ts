import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ERRORS } from '@parley/protocol';
import { eventually, type PlainFrame, type PlainOptions, WebSocketClient } from '@parley/testkit';
import { type LogLine, startNode, type TestNode } from './node.js';
import { aGroup, aPerson, type Group, groupOf, NOBODY, type Person, succeeded } from './people.js';

let node: TestNode;
let group: Group;
let owner: Person;
let member: Person;
const opened: WebSocketClient[] = [];

beforeAll(async () => {
  node = await startNode();
  group = await aGroup(node);
  owner = group.owner;
  [member] = group.members as [Person];
});
afterAll(() => node.close());
afterEach(() => {
  for (const client of opened.splice(0)) client.close();
});

const dial = (options: PlainOptions): WebSocketClient => {
  const client = new WebSocketClient(node.url, options);
  opened.push(client);
  return client;
};
const connect = async (person: Person, path = '/ws'): Promise<WebSocketClient> => {
  const client = dial({ token: person.token, path });
  await client.event('ready');
  return client;
};
const ticketOf = async (person: Person): Promise<string> => succeeded(await person.post('/auth/ticket')).ticket;
const errorOf = ({ data }: PlainFrame) => (data as { error: { code: string; requestId: string } }).error;
const isError = ({ type }: PlainFrame) => type === 'error';
const logged = (fits: (line: LogLine) => boolean) => node.logs.filter(fits);

describe('/ws: who is there', () => {
  it('S0.7 S1.11 S1.14 §7: a token in the header, the subprotocol, the URL or the first frame, or a ticket, brings ready', async () => {
    const { token, id } = owner;
    const ways: [string, PlainOptions, object?][] = [
      ['header', { headers: { authorization: `Bearer ${token}` } }],
      ['subprotocol', { token }],
      ['URL', { path: `/ws?token=${token}` }],
      ['ticket', { path: `/ws?ticket=${await ticketOf(owner)}` }],
      ['first frame', {}, { type: 'auth', data: { token } }],
    ];
    for (const [way, options, first] of ways) {
      const client = dial(options);
      if (first) {
        await eventually('it is open', () => client.socket.readyState === client.socket.OPEN);
        client.send(first);
      }
      expect([way, (await client.event('ready')).userId]).toEqual([way, id]);
      expect([way, client.frames.filter(isError)]).toEqual([way, []]);
      expect([way, client.socket.protocol]).toEqual([way, way === 'subprotocol' ? 'parley.v1' : '']);
    }
  });

  it('§7: the first frame is acknowledged where it has an id, whether or not it lets in', async () => {
    for (const [token, success] of [
      [owner.token, true],
      ['garbage', false],
    ] as const) {
      const client = dial({});
      client.socket.on('open', () => client.send({ id: 'me', type: 'auth', data: { token } }));
      expect((await client.until('it is acknowledged', ({ id }) => id === 'me')).ack?.success).toBe(success);
    }
  });

  it('attack 1 S1.11 S1.24: no, garbage and expired tokens are told so and closed by every way, before any event', async () => {
    const late = await node.hostToken('late', { exp: Math.floor(Date.now() / 1000) - 1 });
    const used = await ticketOf(owner);
    await dial({ path: `/ws?ticket=${used}` }).event('ready');
    const refused: [PlainOptions, object | string | null, keyof typeof ERRORS][] = [
      [{ headers: { authorization: 'Bearer garbage' } }, null, 'unauthenticated'],
      [{ headers: { authorization: `Bearer ${late}` } }, null, 'token_expired'],
      [{ token: 'garbage' }, null, 'unauthenticated'],
      [{ token: late }, null, 'token_expired'],
      [{ path: '/ws?token=garbage' }, null, 'unauthenticated'],
      [{ path: '/ws?token=' }, null, 'unauthenticated'],
      [{ path: `/ws?token=${late}` }, null, 'token_expired'],
      [{ path: '/ws?ticket=garbage' }, null, 'unauthenticated'],
      [{ path: `/ws?ticket=${used}` }, null, 'unauthenticated'],
      [{ token: owner.token, path: `/ws?token=${owner.token}` }, null, 'unauthenticated'],
      [{ token: owner.token, headers: { authorization: `Bearer ${owner.token}` } }, null, 'unauthenticated'],
      [{}, { type: 'auth', data: { token: late } }, 'token_expired'],
      [{}, { type: 'auth', data: { token: 7 } }, 'unauthenticated'],
      [{}, { type: 'auth', data: { token: owner.token, more: 1 } }, 'unauthenticated'],
      [{}, { type: 'message.send', data: { conversationId: group.id, content: 'x' } }, 'unauthenticated'],
      [{}, 'not json', 'unauthenticated'],
    ];
    for (const [options, first, code] of refused) {
      const client = dial(options);
      client.socket.on('open', () => first !== null && client.send(first));
      expect([options, first, await client.end()]).toEqual([options, first, ERRORS[code].close]);
      expect(client.frames.map(({ type }) => type)).toEqual(['error']);
      const { requestId, ...error } = errorOf(client.frames[0] as PlainFrame);
      expect([error.code, client.closed?.reason]).toEqual([code, code]);
      const [line] = logged((each) => each.requestId === requestId);
      expect(line).toMatchObject({ code, transport: 'websocket', userId: null });
    }
    expect((await owner.sees(group.id)).lastSeq).toBe(0);
  });

  it('attack 1 attack 56: who says nothing is closed with 4501 after five seconds', async () => {
    const client = dial({});
    const began = performance.now();
    expect(await client.end()).toBe(4501);
    expect(performance.now() - began).toBeGreaterThan(4_000);
    expect(client.frames.map((frame) => errorOf(frame).code)).toEqual(['unauthenticated']);
  });

  it('attack 12: another origin, an unknown address or parameter, and a plain request are refused before any upgrade', async () => {
    const origin = (value: string) => ({ token: owner.token, headers: { origin: value } });
    const refused: [PlainOptions, number, string][] = [
      [origin('https://evil.example'), 403, 'forbidden'],
      [origin('null'), 403, 'forbidden'],
      [{ token: owner.token, path: '/ws/a/b' }, 404, 'not_found'],
      [{ token: owner.token, path: '/wsx' }, 404, 'not_found'],
      [{ token: owner.token, path: '/ws?more=1' }, 400, 'validation_failed'],
      [{ path: `/ws?token=${owner.token}&token=${owner.token}` }, 400, 'validation_failed'],
      [{ token: owner.token, path: '/ws?afterSeq=1' }, 400, 'validation_failed'],
      [{ token: owner.token, path: `/ws/${group.id}?afterSeq=-1` }, 400, 'validation_failed'],
      [{ token: owner.token, path: `/ws/${group.id}?afterVersion=1e9` }, 400, 'validation_failed'],
      [{ token: owner.token, path: `/ws/${group.id}?afterSeq=1&afterVersion=1` }, 400, 'validation_failed'],
    ];
    for (const [options, status, code] of refused) {
      const client = dial(options);
      const answer = await eventually('it is refused', () => client.refused);
      expect([options, answer.status, JSON.parse(answer.body).error.code]).toEqual([options, status, code]);
    }
    const { body } = await node.request.get('/ws').expect(400);
    expect(body.error.code).toBe('validation_failed');
  });

  it('attack 6: a connection ends with its token as 4504, unless auth.refresh renews it in place', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3;
    const short = { name: owner.username, exp };
    const token = await node.hostToken(owner.username, short);
    const [ending, renewed] = [dial({ token }), dial({ token })];
    expect((await ending.event('auth:expiring')).expiresAt).toBe(new Date(exp * 1000).toISOString());
    await renewed.event('auth:expiring');
    const { success } = await renewed.ask('auth.refresh', { token: owner.token });
    expect(success).toBe(true);
    expect(await ending.end()).toBe(4504);
    expect(ending.events('server:closing').map(({ error }) => error.code)).toEqual(['token_expired']);
    await renewed.ask('sync', { conversations: {} });
    expect(renewed.closed).toBeNull();
  });
});

describe('/ws: frames', () => {
  it('S0.6 S0.9 S0.10 §7: a command is acknowledged under its own id, and its events have the names of the protocol with dots', async () => {
    const [sender, reader] = [await connect(owner), await connect(member)];
    sender.send({ id: 7, type: 'message.send', data: { conversationId: group.id, content: 'hello' } });
    const { ack } = await sender.until('it is acknowledged', ({ id }) => id === 7);
    expect(ack).toMatchObject({ success: true, duplicate: false });
    const { version } = ack as unknown as { version: number };
    const created = await reader.event('message:new', (event) => event.version === version);
    expect(created).toMatchObject({ conversationId: group.id, actorId: owner.id, message: { content: 'hello' } });
    expect(reader.frames.some(({ type }) => type === 'message.created')).toBe(true);
    await sender.event('message:sent');
  });

  it('§7: without an id a success is silent, and a failure is an error frame', async () => {
    const client = await connect(owner);
    client.send({ type: 'typing.start', data: { conversationId: group.id } });
    client.send({ type: 'message.send', data: { conversationId: NOBODY, content: 'x' } });
    const refused = await client.until('the failure comes', isError);
    expect(errorOf(refused)).toMatchObject({ code: 'not_found', clientMessageId: expect.any(String) });
    await client.ask('sync', { conversations: {} });
    expect(client.frames.filter(isError)).toHaveLength(1);
    expect(client.frames.filter(({ ack }) => ack)).toHaveLength(1);
  });

  it('a type that is none, also one with the colon of Socket.IO or of a socket’s own events, is not_found', async () => {
    const client = await connect(owner);
    const types = ['message.shout', 'message:send', 'message.created', 'ready', 'auth', 'disconnect', 'error', ''];
    for (const type of [...types, 'connect', 'disconnecting', 'newListener', '__proto__', 'toString'])
      expect([type, (await client.refusal(type, {})).code]).toEqual([type, 'not_found']);
    // A `disconnect` that had reached what listens to a socket's end would have taken it out of its streams.
    const { seq } = await owner.say(group.id, 'still heard');
    await client.event('message:new', ({ message }) => message.seq === seq);
  });

  it('attack 53: what is no frame is answered with its fault, and the tenth ends the connection with 4505', async () => {
    const client = await connect(owner);
    const bad = [
      'not json',
      'null',
      '[]',
      '42',
      '{}',
      '{"type":7}',
      '{"type":"sync","more":1}',
      '{"id":{},"type":"x"}',
    ];
    for (const text of bad) client.send(text);
    client.send('{"id":"mine","type":7}');
    expect((await client.until('it is acknowledged', ({ id }) => id === 'mine')).ack).toMatchObject({
      success: false,
      error: { code: 'validation_failed', details: [{ path: 'type' }] },
    });
    client.socket.send(Buffer.from([0, 1, 2, 255]));
    expect(await client.end()).toBe(4505);
    expect(client.frames.filter(isError).map((frame) => errorOf(frame).code)).toEqual(
      Array(9).fill('validation_failed'),
    );
    expect(client.events('server:closing').map(({ error }) => error.code)).toEqual(['bad_frames']);
  });

  it('attack 51: a frame of 262,144 bytes is read, one of a byte more ends its connection with 1009', async () => {
    const client = await connect(owner);
    const frame = (bytes: number) => {
      const empty = JSON.stringify({ id: 'g', type: 'message.send', data: { conversationId: group.id, content: '' } });
      return empty.replace('"content":""', `"content":"${'x'.repeat(bytes - empty.length)}"`);
    };
    client.send(frame(262_144));
    const { ack } = await client.until('it is answered', ({ id }) => id === 'g');
    expect(ack).toMatchObject({ success: false, error: { code: 'content_too_long' } });
    client.send(frame(262_145));
    expect(await client.end()).toBe(1009);
  });

  it('attack 53: a text that is not UTF-8 ends its connection with 1007', async () => {
    const client = await connect(owner);
    client.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect(await client.end()).toBe(1007);
  });

  it('attack 48: permessage-deflate is not agreed on', async () => {
    expect((await connect(owner)).socket.extensions).toBe('');
  });

  it('S4.46: JSON that is deep is refused, and the connection goes on', async () => {
    const client = await connect(owner);
    for (const levels of [40, 5_000, 100_000]) {
      const deep = '['.repeat(levels) + ']'.repeat(levels);
      client.send(
        `{"id":${levels},"type":"message.send","data":{"conversationId":"${group.id}","content":"x","metadata":{"a":${deep}}}}`,
      );
      expect((await client.until('it is answered', ({ id }) => id === levels)).ack?.success).toBe(false);
    }
    expect(client.closed).toBeNull();
  });

  it('G3: members on either transport receive one order, each version once', async () => {
    const id = await groupOf(owner, [member]);
    const [plain, other] = [await connect(member), await member.connect()];
    const [sender, rival] = [await connect(owner), await owner.connect()];
    const sends = Array.from({ length: 40 }, (_, n) =>
      n % 2 === 0
        ? sender.ask('message.send', { conversationId: id, content: `plain ${n}` })
        : rival.ask('message:send', { conversationId: id, content: `other ${n}` }),
    );
    for (const ack of await Promise.all(sends)) expect(ack).toMatchObject({ success: true });
    await plain.event('message:new', ({ conversationId, version }) => conversationId === id && version === 41);
    await other.reaches(id, 41);
    const seen = plain.events('message:new').filter(({ conversationId }) => conversationId === id);
    expect(seen.map(({ version }) => version)).toEqual(Array.from({ length: 40 }, (_, n) => 2 + n));
    const heard = other.all('message:new').filter(({ conversationId }) => conversationId === id);
    expect(seen).toEqual(heard);
    other.close();
    rival.close();
  });

  it('G8 F14: who does not read what they are sent is closed as a slow consumer, and comes to know why', async () => {
    const slow = await startNode({ MAX_BUFFERED_BYTES: '1000000000', MAX_BUFFERED_SECONDS: '1' });
    const large = await aGroup(slow);
    await Promise.all(Array.from({ length: 55 }, (_, n) => large.owner.say(large.id, `${n}`.padEnd(10_000, 'x'))));
    const client = await WebSocketClient.open(slow.url, { token: large.owner.token });
    client.socket.pause();
    for (let n = 0; n < 120; n += 1)
      client.send({ id: n, type: 'conversation.open', data: { conversationId: large.id } });
    const isSlow = ({ code }: LogLine) => code === 'slow_consumer';
    const line = await eventually('it is given up', () => slow.logs.find(isSlow));
    expect(line).toMatchObject({ userId: large.owner.id, transport: 'websocket' });
    client.socket.resume();
    await client.end();
    await slow.close();
  });

  it('G9: a node that stops tells its clients and closes them with 4001', async () => {
    const stopping = await startNode();
    const person = await aPerson(stopping);
    const client = await WebSocketClient.open(stopping.url, { token: person.token });
    await stopping.close();
    expect(await client.end()).toBe(4001);
    expect(client.events('server:draining')).toHaveLength(1);
    expect(client.events('server:closing').map(({ error }) => error.code)).toEqual(['draining']);
  });

  it('§2: a session that ends takes its plain WebSockets with it', async () => {
    const account = await node.register('plain-sockets');
    const client = await WebSocketClient.open(node.url, { token: account.token });
    await node.request.post('/api/auth/logout').set('authorization', account.bearer).expect(204);
    expect(await client.end()).toBe(4501);
  });
});

describe('/ws/{conversationId}', () => {
  it('S4.8 S4.9 §7: sends what concerns its conversation, and nothing of others', async () => {
    const other = await groupOf(owner, [member]);
    const client = await connect(member, `/ws/${group.id.toUpperCase()}`);
    await owner.say(other, 'elsewhere');
    const third = await groupOf(owner, [member]);
    const { version } = await sayAndSee(client, 'here');
    expect(version).toBeGreaterThan(1);
    expect(JSON.stringify(client.frames)).not.toContain(other);
    expect(JSON.stringify(client.frames)).not.toContain(third);
    const { code, details } = await client.refusal('conversation.join', { conversationId: other });
    expect([code, details?.[0]?.path]).toEqual(['validation_failed', 'conversationId']);
  });

  it('S1.24 §7: is closed with 4506 for strangers, and where there is nothing of this id', async () => {
    const stranger = await aPerson(node);
    for (const id of [group.id, NOBODY, 'nothing']) {
      const client = dial({ token: stranger.token, path: `/ws/${id}` });
      expect([id, await client.end()]).toEqual([id, 4506]);
      expect(client.frames.map(({ type }) => type)).toEqual(['server.closing']);
      const [{ error } = { error: null }] = client.events('server:closing');
      expect(logged(({ requestId }) => requestId === error?.requestId)[0]).toMatchObject({
        code: 'not_found',
        userId: stranger.id,
        transport: 'websocket',
      });
    }
  });

  it('G5 §7: ends with member.removed, as the last event, and with 4506', async () => {
    const leaver = await aPerson(node);
    const id = await groupOf(owner, [leaver]);
    const client = await connect(leaver, `/ws/${id}`);
    const wide = await connect(leaver);
    succeeded(await owner.delete(`/conversations/${id}/members/${leaver.id}`));
    expect(await client.end()).toBe(4506);
    const types = client.frames.map(({ type }) => type).slice(-2);
    expect(types).toEqual(['member.removed', 'server.closing']);
    await wide.event('member:removed');
    expect(wide.closed).toBeNull();
  });

  it('S4.11 §7: ?afterSeq= brings what was written since, each once and in order, and then what is written', async () => {
    const id = await groupOf(owner, [member]);
    for (let n = 1; n <= 230; n += 1) await owner.say(id, `${n}`);
    const sending = (async () => {
      for (let n = 231; n <= 300; n += 1) await owner.say(id, `${n}`);
    })();
    const client = await connect(member, `/ws/${id}?afterSeq=17`);
    await sending;
    await client.event('message:new', ({ message }) => message.seq === 300);
    const seqs = client.events('message:new').map(({ message }) => message.seq);
    expect(seqs).toEqual(Array.from({ length: 283 }, (_, n) => 18 + n));
  });

  it('§7: ?afterSeq= of nothing, of the last one and of more than there is replays nothing and goes on', async () => {
    const id = await groupOf(owner, [member]);
    const seqsAfter = async (seq: number): Promise<number[]> => {
      const client = await connect(member, `/ws/${id}?afterSeq=${seq}`);
      const { seq: last } = await owner.say(id, 'next');
      await client.event('message:new', ({ message }) => message.seq === last);
      return client.events('message:new').map(({ message }) => message.seq);
    };
    expect(await seqsAfter(0)).toEqual([1]);
    expect(await seqsAfter(1)).toEqual([2]);
    expect(await seqsAfter(1_000)).toEqual([3]);
  });

  it('G4 §7: ?afterVersion= brings all that changed since as sync does, before the first later event', async () => {
    const id = await groupOf(owner, [member]);
    const { id: first } = await owner.say(id, 'one');
    await owner.say(id, 'two');
    succeeded(await owner.patch(`/messages/${first}`, { content: 'one, edited' }));
    const client = await connect(member, `/ws/${id}?afterVersion=2`);
    const { data } = await client.until('the difference comes', ({ type }) => type === 'sync');
    const { conversations, added } = data as any;
    expect(conversations[id].messages.map(({ content }: any) => content)).toEqual(['two', 'one, edited']);
    expect([conversations[id].version, added]).toEqual([4, []]);
    await owner.say(id, 'three');
    expect((await client.event('message:new')).version).toBe(5);
    expect(client.frames.map(({ type }) => type).slice(0, 2)).toEqual(['ready', 'sync']);
  });

  it('§7: ?afterVersion= of the present state brings a sync without it', async () => {
    const id = await groupOf(owner, [member]);
    const client = await connect(member, `/ws/${id}?afterVersion=1`);
    const { data } = await client.until('the difference comes', ({ type }) => type === 'sync');
    expect((data as any).conversations).toEqual({});
  });

  async function sayAndSee(client: WebSocketClient, content: string) {
    const { seq } = await owner.say(group.id, content);
    return client.event('message:new', ({ message }) => message.seq === seq);
  }
});
