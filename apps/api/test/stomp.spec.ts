import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { eventually, WebSocketClient } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import * as library from 'ws';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, type Group, groupOf, NOBODY, type Person, succeeded, times } from './people.js';
import { type Headers, StompSocket } from './stomp-socket.js';

/** What `ws` encodes every frame by. */
const { Sender } = library as unknown as { Sender: { frame(data: Buffer | string): Buffer[] } };

let node: TestNode;
let group: Group;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  node = await startNode({ FRONTEND_URL: 'https://good.example' });
  group = await aGroup(node);
  ann = group.owner;
  [bob] = group.members as [Person];
});
afterAll(() => node.close());

const topic = (id = group.id) => `/topic/conversation/${id}`;
const bearer = ({ token }: Person) => `Bearer ${token}`;
const open = (who: Person) => StompSocket.open(node.url, who.token);

describe('who is there', () => {
  const closed = async (headers: Headers, options: ConstructorParameters<typeof StompSocket>[1] = {}) => {
    const socket = new StompSocket(node.url, options);
    const { command } = await socket.connected(headers);
    if (command === 'CONNECTED') return 'let in';
    return socket.ended();
  };

  it('S1.11, S1.14: a token in CONNECT or in the request lets in', async () => {
    expect(await closed({ Authorization: bearer(ann) })).toBe('let in');
    expect(await closed({}, { headers: { authorization: bearer(ann) } })).toBe('let in');
  });

  it('a ticket lets in, once', async () => {
    const { ticket } = succeeded(await ann.post('/auth/ticket'));
    expect(await closed({}, { path: `/stomp?ticket=${ticket}` })).toBe('let in');
    expect(await closed({}, { path: `/stomp?ticket=${ticket}` })).toEqual({ error: 'unauthenticated', closed: 4501 });
  });

  it.each<[string, (who: Person) => Headers, string, number]>([
    ['no token', () => ({}), 'unauthenticated', 4501],
    ['garbage', () => ({ Authorization: 'Bearer garbage' }), 'unauthenticated', 4501],
    ['a token in the passcode', ({ token }) => ({ login: 'ann', passcode: token }), 'unauthenticated', 4501],
  ])('attack 1: %s gets ERROR, and is closed', async (_what, headers, error, code) => {
    expect(await closed(headers(ann))).toEqual({ error, closed: code });
    const { Authorization } = headers(ann);
    // With the request for the WebSocket, too.
    if (Authorization !== undefined)
      expect(await closed({}, { headers: { authorization: Authorization } })).toEqual({ error, closed: code });
  });

  it('attack 1: a token that has expired, and a ticket that is none, get ERROR, and are closed', async () => {
    const authorization = `Bearer ${await node.hostToken('late', { exp: Math.floor(Date.now() / 1000) - 1 })}`;
    const expired = { error: 'token_expired', closed: 4504 };
    expect(await closed({ Authorization: authorization })).toEqual(expired);
    expect(await closed({}, { headers: { authorization } })).toEqual(expired);
    expect(await closed({}, { path: '/stomp?ticket=none' })).toEqual({ error: 'unauthenticated', closed: 4501 });
  });

  it('a token beside a ticket is refused, and the ticket stays good', async () => {
    const { ticket } = succeeded(await ann.post('/auth/ticket'));
    const path = `/stomp?ticket=${ticket}`;
    expect(await closed({ Authorization: bearer(ann) }, { path })).toEqual({ error: 'unauthenticated', closed: 4501 });
    expect(await closed({}, { path })).toBe('let in');
  });

  it('attack 10: a token in the URL is refused before the upgrade', async () => {
    const socket = new StompSocket(node.url, { path: `/stomp?token=${ann.token}` });
    const { status, body } = await eventually('it is refused', () => socket.refused);
    expect([status, JSON.parse(body).error.code]).toEqual([401, 'unauthenticated']);
  });

  it('attack 12: a foreign origin is refused before the upgrade', async () => {
    for (const origin of ['https://evil.example', 'null', 'https://good.example.evil.com']) {
      const socket = new StompSocket(node.url, { origin });
      expect((await eventually('it is refused', () => socket.refused)).status).toBe(403);
    }
    expect(await closed({ Authorization: bearer(ann) }, { origin: 'https://good.example' })).toBe('let in');
  });

  it('who says nothing is closed', async () => {
    const socket = new StompSocket(node.url);
    await socket.opened();
    expect(await socket.ended()).toEqual({ error: 'unauthenticated', closed: 4501 });
  });

  it('S1.23: every refusal is one line of the log', async () => {
    const before = node.logs.length;
    await closed({ Authorization: 'Bearer garbage' });
    const lines = node.logs.slice(before).filter(({ code }) => code === 'unauthenticated');
    expect(lines).toMatchObject([{ transport: 'stomp', requestId: expect.any(String) }]);
  });
});

describe('the whole life of a Spring-style client', () => {
  it('S1.8, S1.15, S1.16, S1.18: subscribes, sends, has RECEIPT, ack and event, hears others, reads, leaves', async () => {
    const socket = await open(ann);
    await socket.subscribe(topic());
    const clientMessageId = randomUUID();
    await socket.say(group.id, 'from STOMP: é 😀', { clientMessageId });

    const [row] = await node.rows<{ seq: number }>(
      sql`SELECT seq FROM messages WHERE client_message_id = ${clientMessageId}`,
    );
    expect(row).toBeDefined();
    const ack = await socket.first('ack', ({ headers }) => headers['client-message-id'] === clientMessageId);
    expect(ack.headers).toMatchObject({ destination: '/user/queue/acks', event: 'ack', command: 'message.send' });
    expect(ack.json).toMatchObject({ success: true, seq: Number(row?.seq), duplicate: false });
    const created = await socket.event('message.created');
    expect(created.headers.destination).toBe(topic());
    expect(created.json.message).toMatchObject({ content: 'from STOMP: é 😀', senderId: ann.id });

    const { seq } = await bob.say(group.id, 'from REST');
    await socket.event('message.created', ({ message }) => message.content === 'from REST');
    socket.send('/app/chat.read', { conversationId: group.id, seq });
    await socket.event('message.read', ({ userId }) => userId === ann.id);
    socket.send('/app/chat.typing', { conversationId: group.id });
    await socket.event('typing.update', ({ userIds }) => userIds.includes(ann.id));
    socket.send('/app/chat.typing', { conversationId: group.id }, { event: 'typing.stop' });
    await socket.event('typing.update', ({ count }) => count === 0);

    socket.write('DISCONNECT', { receipt: 'bye' });
    expect(await socket.ended()).toEqual({ error: undefined, closed: 1000 });
    expect(socket.frames.at(-1)).toMatchObject({ command: 'RECEIPT', headers: { 'receipt-id': 'bye' } });
  });

  it('G2: a repeat has the original’s ids, whichever way each of them came', async () => {
    const clientMessageId = randomUUID();
    const { seq } = await ann.say(group.id, 'once', { clientMessageId });
    const socket = await open(ann);
    await socket.say(group.id, 'once', { clientMessageId });
    const ack = await socket.first('ack', ({ headers }) => headers['client-message-id'] === clientMessageId);
    expect(ack.json).toMatchObject({ seq, duplicate: true });
    socket.close();
  });

  it('S1.9: events of conversations without a topic, and those of the user, come on the queue', async () => {
    const socket = await open(ann);
    const direct = await directOf(bob, ann);
    await socket.subscribe(topic(direct));
    await bob.say(direct, 'to the topic');
    await bob.say(group.id, 'to the queue');
    await ann.say(direct, 'my own');
    await socket.event('message.created', ({ message }) => message.content === 'my own');
    await socket.event('message.sent', ({ conversationId }) => conversationId === direct);
    const texts = (destination: string) =>
      socket.eventsOf(destination).flatMap(({ json }) => (json.message ? [json.message.content] : []));
    expect(texts(topic(direct))).toEqual(['to the topic', 'my own']);
    expect(texts('/user/queue/messages')).toEqual(['to the queue']);
    expect(socket.eventsOf(topic(direct)).map(({ headers }) => headers.event)).not.toContain('message.sent');
    socket.close();
  });

  it('other commands are sent to their names', async () => {
    const socket = await open(ann);
    const { id } = await ann.say(group.id, 'befor');
    socket.send('/app/message.edit', { messageId: id, content: 'before' }, { receipt: 'e' });
    await socket.receipt('e');
    await socket.event('message.edited', ({ message }) => message.content === 'before');
    socket.send('/app/conversation.open', { conversationId: group.id, limit: 1 });
    const page = await socket.first('page', ({ headers }) => headers.command === 'conversation.open');
    expect(page.json).toMatchObject({ success: true, items: [{ content: 'before' }] });
    socket.close();
  });
});

describe('what is refused', () => {
  it('S1.13, S1.24: a SEND to a foreign or archived conversation, without RECEIPT; the connection stays', async () => {
    const mallory = await aPerson(node);
    const socket = await open(mallory);
    const codes: unknown[] = [];
    for (const id of [group.id, NOBODY]) {
      const clientMessageId = randomUUID();
      socket.send(
        '/app/chat.send',
        { conversationId: id, content: 'hello', clientMessageId },
        { receipt: clientMessageId },
      );
      const refused = await socket.first('refusal', ({ headers }) => headers['client-message-id'] === clientMessageId);
      expect(refused.headers).toMatchObject({ destination: '/user/queue/errors', event: 'error' });
      const { requestId, clientMessageId: told, ...error } = refused.json.error;
      expect([typeof requestId, told]).toEqual(['string', clientMessageId]);
      codes.push(error);
    }
    expect(codes).toEqual(times(2, expect.objectContaining({ code: 'not_found' })));
    expect(codes[0]).toEqual(codes[1]);

    const id = await groupOf(mallory, []);
    await socket.say(id, 'still there');
    succeeded(await mallory.patch(`/conversations/${id}`, { isArchived: true }));
    socket.send('/app/chat.send', { conversationId: id, content: 'hello' });
    const { json } = await socket.first('a conflict', (frame) => frame.json?.error?.code === 'conflict');
    expect(json.error.details).toEqual([{ path: 'conversation', message: 'archived' }]);
    socket.close();
  });

  it.each([
    ['a foreign conversation', () => topic(), 'not_found', 4506],
    ['one that is not there', () => topic(NOBODY), 'not_found', 4506],
    ['all topics', () => '/topic/*', 'not_found', 4506],
    ['all conversations', () => '/topic/conversation/**', 'not_found', 4506],
    ["another's queue", () => `/user/${bob.username}/queue/messages`, 'not_found', 4506],
    ["a session's queue", () => '/queue/messages-user1', 'not_found', 4506],
  ])('attack 19: SUBSCRIBE to %s is an ERROR, and nothing comes', async (_what, destination, error, code) => {
    const socket = await open(await aPerson(node));
    socket.write('SUBSCRIBE', { id: 'x', destination: destination(), receipt: 'x' });
    await ann.say(group.id, 'secret');
    expect(await socket.ended()).toEqual({ error, closed: code });
    expect(socket.frames.at(-1)?.headers['receipt-id']).toBe('x');
    expect(socket.frames.map(({ body }) => body).join()).not.toContain('secret');
  });

  it('attack 33: headers that name a sender change nothing, and such keys are refused', async () => {
    const socket = await open(ann);
    const [one, two] = [randomUUID(), randomUUID()];
    const forged = { sender: bob.id, 'user-name': bob.username, receipt: one };
    socket.send('/app/chat.send', { conversationId: group.id, content: 'mine', clientMessageId: one }, forged);
    await socket.receipt(one);
    const created = await socket.event('message.created', ({ message }) => message.clientMessageId === one);
    expect(created.json.message.senderId).toBe(ann.id);
    socket.send('/app/chat.send', { conversationId: group.id, content: 'x', clientMessageId: two, senderId: bob.id });
    const refused = await socket.first('refusal', ({ headers }) => headers['client-message-id'] === two);
    expect(refused.json.error.code).toBe('validation_failed');
    socket.close();
  });

  it.each([
    ['SEND to what is no command and no topic', 'SEND', { destination: '/exchange/x' }, 'not_found', 4506],
    ['SEND without a destination', 'SEND', {}, 'bad_frames', 4505],
    ['SUBSCRIBE without an id', 'SUBSCRIBE', { destination: '/user/queue/acks' }, 'bad_frames', 4505],
    ['a second SUBSCRIBE with an id', 'SUBSCRIBE', { id: 's1', destination: '/user/queue/acks' }, 'bad_frames', 4505],
    ['UNSUBSCRIBE without an id', 'UNSUBSCRIBE', {}, 'bad_frames', 4505],
    ['a transaction', 'BEGIN', { transaction: 't' }, 'unsupported', 4505],
    ['SEND in a transaction', 'SEND', { destination: '/app/chat.send', transaction: 't' }, 'unsupported', 4505],
    ['an escape that there is not', 'SUBSCRIBE', { id: 'a\\x', destination: '/user/queue/acks' }, 'bad_frames', 4505],
  ])('%s is an ERROR with the RECEIPT that it asked for, and the end', async (_what, command, headers, error, code) => {
    const socket = await open(ann);
    socket.write(command, { receipt: 'x', ...(headers as Headers) });
    expect(await socket.ended()).toEqual({ error, closed: code });
    // Of a frame that could not be read nobody knows what it asked for.
    const receipt = command === 'SUBSCRIBE' && 'id' in headers && headers.id !== 's1' ? undefined : 'x';
    expect(socket.frames.at(-1)?.headers['receipt-id']).toBe(receipt);
  });

  it('an UNSUBSCRIBE of nothing has its RECEIPT, and a command that is none its refusal: the connection goes on', async () => {
    const socket = await open(ann);
    socket.write('UNSUBSCRIBE', { id: 'nothing', receipt: 'u' });
    await socket.receipt('u');
    for (const [at, destination] of ['/app/chat.nothing', '/app/message:send', '/app/', '/app/disconnect'].entries()) {
      socket.send(destination, {}, { receipt: `r${at}` });
      const { headers, json } = await socket.receipt(`r${at}`);
      const told = [headers.destination, json.error.code];
      expect([destination, ...told]).toEqual([destination, '/user/queue/errors', 'not_found']);
    }
    await socket.say(group.id, 'still there');
    socket.close();
  });

  it('escapes that only 1.2 has are an ERROR in 1.1, and in 1.0 letters like any other', async () => {
    const subscribe = async (version: string) => {
      const socket = new StompSocket(node.url);
      await socket.connected({ 'accept-version': version, Authorization: bearer(ann) });
      socket.write('SUBSCRIBE', { id: 'a\\rb', destination: '/user/queue/acks', receipt: 'a\\rb' });
      const { headers } = await socket.first(
        'an answer',
        ({ command }) => command === 'RECEIPT' || command === 'ERROR',
      );
      socket.close();
      return headers['receipt-id'] ?? headers.message;
    };
    expect(await subscribe('1.0')).toBe('a\\rb');
    expect(await subscribe('1.1')).toBe('bad_frames');
    expect(await subscribe('1.2')).toBe('a\\rb');
  });

  it('bodies that are not JSON, ten of which end the connection', async () => {
    const socket = await open(ann);
    for (let at = 0; at < 10; at += 1) socket.write('SEND', { destination: '/app/chat.send' }, 'hello');
    expect(await socket.ended()).toEqual({ error: 'bad_frames', closed: 4505 });
    expect(socket.eventsOf('/user/queue/errors').map(({ json }) => json.error.code)).toEqual(
      times(10, 'validation_failed'),
    );
  });

  it('S4.46: JSON that is deep, and the connection goes on', async () => {
    const socket = await open(ann);
    for (const levels of [40, 5_000, 100_000]) {
      const deep = '['.repeat(levels) + ']'.repeat(levels);
      const body = `{"conversationId":"${group.id}","content":"x","metadata":{"a":${deep}}}`;
      socket.write('SEND', { destination: '/app/chat.send', receipt: `deep-${levels}` }, body);
      const { json } = await socket.first('its refusal', ({ headers }) => headers['receipt-id'] === `deep-${levels}`);
      expect(json.error.code).toBe('validation_failed');
    }
    socket.close();
  });

  it('metadata that JSON readers would change', async () => {
    const socket = await open(ann);
    const body = `{"conversationId":"${group.id}","content":"x","metadata":{"a":12345678901234567890}}`;
    socket.write('SEND', { destination: '/app/chat.send' }, body);
    const { json } = await socket.event('error');
    expect(json.error).toMatchObject({ code: 'validation_failed', details: [{ path: 'metadata.a' }] });
    socket.close();
  });

  it.each([
    ['SEND before CONNECT', 'SEND\ndestination:/app/chat.send\n\n{}\0'],
    ['no frame', '{"type":"message.send"}\n'],
    ['a version that nobody speaks', 'CONNECT\naccept-version:3.0\n\n\0'],
  ])('attack 55: %s is an ERROR before anybody is let in', async (_what, text) => {
    const socket = new StompSocket(node.url);
    await socket.opened();
    socket.writeBinary(Buffer.from(text));
    const { error } = await socket.ended();
    expect(error).toMatch(/^(bad_frames|unsupported)$/);
    expect(socket.frames).toHaveLength(1);
  });

  it('attack 51, S1.26: a frame of the size limit is taken, a larger one is not', async () => {
    const frame = (size: number) => {
      const head = 'SEND\ndestination:/app/chat.send\nreceipt:big\n\n';
      return Buffer.from(`${head}${' '.repeat(size - head.length - 3)}{}\0`);
    };
    const socket = await open(ann);
    socket.writeBinary(frame(LIMITS.frameBytes));
    const { json } = await socket.event('error');
    expect(json.error.code).toBe('validation_failed');
    socket.writeBinary(frame(LIMITS.frameBytes + 1));
    expect((await socket.ended()).closed).toBe(1009);

    // Also one that comes in pieces.
    const other = await open(ann);
    other.writeBinary(Buffer.from('SEND\n\n'));
    for (let at = 0; at < 8; at += 1) other.writeBinary(Buffer.alloc(32_768, ' '));
    expect(await other.ended()).toEqual({ error: 'too_large', closed: 1009 });
  });
});

describe('frames are put together', () => {
  it('however they are cut, also within a character', async () => {
    const socket = await open(ann);
    await socket.subscribe(topic());
    const body = JSON.stringify({ conversationId: group.id, content: 'cut: é😀' });
    const bytes = Buffer.from(`SEND\ndestination:/app/chat.send\nreceipt:cut\n\n${body}\0\n`);
    for (const byte of bytes) socket.writeBinary(Buffer.from([byte]));
    await socket.receipt('cut');
    const created = await socket.event('message.created', ({ message }) => message.clientMessageId !== undefined);
    expect(created.json.message.content).toBe('cut: é😀');
    socket.close();
  });
});

describe('order, membership and sessions are those of every transport', () => {
  it('G3: readers of all transports get the same versions in the same order', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [stomp, io] = [await open(owner), await (members[0] as Person).connect()];
    await stomp.subscribe(topic(id));
    const writers = [owner, ...members];
    await Promise.all(
      times(60, null).map((_none, at) => (writers[at % writers.length] as Person).say(id, `message ${at}`)),
    );
    const last = await eventually('all are there', async () => {
      const { version } = await owner.sees(id);
      return version >= 61 && version;
    });
    await io.reaches(id, last);
    await stomp.first('the last version', ({ json }) => json?.conversationId === id && json.version === last);
    const versions = stomp
      .eventsOf(topic(id))
      .flatMap(({ json, headers }) => (headers.event === 'message.created' ? [json.version] : []));
    expect(versions).toEqual(io.versions(id));
    stomp.close();
    io.close();
  });

  it('a message is encoded once for each transport, however many read it', async () => {
    const { id, owner, members } = await aGroup(node, { members: 8 });
    const plain = await Promise.all(members.slice(4).map(({ token }) => WebSocketClient.open(node.url, { token })));
    const stomp = await Promise.all(members.slice(0, 4).map(open));
    await Promise.all(stomp.map((socket) => socket.subscribe(topic(id))));
    const encoding = jest.spyOn(Sender, 'frame');
    await owner.say(id, 'like no other');
    await Promise.all(plain.map((client) => client.event('message:new')));
    await Promise.all(stomp.map((socket) => socket.event('message.created')));
    const texts = encoding.mock.calls.map(([data]) => String(data)).filter((text) => text.includes('like no other'));
    expect(texts.map((text) => text.slice(0, 7)).toSorted()).toEqual(['MESSAGE', '{"type"']);
    encoding.mockRestore();
    for (const socket of [...plain, ...stomp]) socket.close();
  });

  it('G5: who is removed gets that as the last event of the topic', async () => {
    const { id, owner, members } = await aGroup(node);
    const member = members[0] as Person;
    const socket = await open(member);
    await socket.subscribe(topic(id));
    succeeded(await owner.delete(`/conversations/${id}/members/${member.id}`));
    await owner.say(id, 'among us');
    const other = await directOf(owner, member);
    await owner.say(other, 'behind it');
    await socket.event('message.created', ({ message }) => message.content === 'behind it');
    expect(socket.eventsOf(topic(id)).at(-1)?.headers.event).toBe('member.removed');
    expect(socket.frames.map(({ body }) => body).join()).not.toContain('among us');
    socket.close();
  });

  it('who is added gets the conversation on the queue, and may subscribe to it', async () => {
    const { id, owner } = await aGroup(node);
    const newcomer = await aPerson(node);
    const socket = await open(newcomer);
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [newcomer.id] }));
    await socket.event('conversation.created', ({ conversation }) => conversation.id === id);
    await socket.subscribe(topic(id));
    await owner.say(id, 'welcome');
    const created = await socket.event('message.created', ({ message }) => message.content === 'welcome');
    expect(created.headers.destination).toBe(topic(id));
    socket.close();
  });

  it('attack 6: the connection ends with its token, unless that is renewed', async () => {
    const who = await aPerson(node);
    const sub = who.username;
    const later = await node.hostToken(sub);
    const token = await node.hostToken(sub, { exp: Math.floor(Date.now() / 1000) + 4 });
    const [ends, stays] = await Promise.all([StompSocket.open(node.url, token), StompSocket.open(node.url, token)]);
    stays.send('/app/auth.refresh', { token: later }, { receipt: 'r' });
    await stays.receipt('r');
    expect(await ends.ended()).toEqual({ error: 'token_expired', closed: 4504 });
    expect(stays.closed).toBeNull();
    stays.close();
  });
});
