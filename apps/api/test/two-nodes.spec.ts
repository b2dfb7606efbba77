import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { NodeFigures, OperationsStatus } from '@parley/protocol';
import { eventually, RedisServer } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { SessionEvents } from '../src/modules/auth/index.js';
import { Reconciler } from '../src/realtime/hub/reconciler.js';
import { PASSWORD, type TestNode } from './node.js';
import { at, hears, missesRedis, pairOfNodes, readiness, withTwoNodes } from './pair-of-nodes.js';
import { aPerson, groupOf, Person, people, succeeded, times } from './people.js';
import type { TestSocket } from './test-socket.js';

const pair = pairOfNodes({ ADMIN_USERS: 'host:chief' });
const one = () => pair.nodes[0] as TestNode;
const other = () => pair.nodes[1] as TestNode;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const NONSENSE = [
  '',
  'x',
  '\u0000',
  '{}',
  'null',
  '{"uid":"x","nsp":"/","type":3}',
  '1ffffffff[',
  '1ffffffff{"events":[{}],"marks":[],"head":0}',
  '1ffffffff{"events":[{"version":99,"name":"message:new","joined":{}}],"marks":[],"head":0}',
];

/** A group with one member on each node, connected. */
async function aTalkAcross() {
  const owner = await aPerson(one());
  const member = at(other(), await aPerson(one()));
  const id = await groupOf(owner, [member]);
  const [here, there] = await Promise.all([owner.connect(), member.connect()]);
  return { id, owner, member, here, there };
}

/** Somebody signs out on one node and the other one hears of it, and so of whatever was said before. */
async function aLogout(): Promise<void> {
  const user = await one().register(`u${randomUUID().slice(0, 8)}`);
  const there = await new Person(other(), user.id, user.username, user.token).connect();
  await one().request.post('/api/auth/logout').set('authorization', user.bearer).expect(204);
  await there.end();
}

/** That a socket heard every version from its first to `last`, in order. */
function expectWhole(socket: TestSocket, id: string, last: number): void {
  const versions = socket.versions(id);
  expect(versions).toEqual(range(versions[0] ?? 1, last));
}

const chief = async () => {
  const { id, username, token } = await one().hostUser('chief');
  return new Person(one(), id, username, token);
};

describe('two nodes with a link to Redis', () => {
  it('what a server admin announces is told to the sockets of every node, and with an end to who connects before it', async () => {
    const { here, there, member } = await aTalkAcross();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    for (const announcement of [{ text: 'for those who are here' }, { text: 'for a while\n<b>', until }]) {
      const answer = await (await chief()).post('/announcements', announcement);
      expect([answer.status, answer.body]).toEqual([201, announcement]);
      for (const socket of [here, there])
        expect(await socket.first('server:announcement', ({ text }) => text === announcement.text)).toEqual(
          announcement,
        );
    }
    const late = await member.connect();
    expect(await late.first('server:announcement')).toEqual({ text: 'for a while\n<b>', until });
    await (await chief()).post('/announcements', { text: 'for those who are here again' });
    await late.first('server:announcement', ({ text }) => text === 'for those who are here again');
    const later = await member.connect();
    // It answers what was asked after whatever it was told when it came.
    await later.ask('sync', { conversations: {} });
    expect(later.all('server:announcement')).toEqual([]);
    for (const socket of [here, there, late, later]) socket.close();
  });

  it('S4.47: a server admin reads from either node what both are at, and of one that does not answer that it is silent', async () => {
    const { id, here, there } = await aTalkAcross();
    const admin = await chief();
    const read = async (node: TestNode): Promise<OperationsStatus> =>
      succeeded(await at(node, admin).get('/operations'));
    const { nodes: before } = await read(one());
    expect(before.map(({ figures }) => figures?.link)).toEqual(
      times(2, { part: 'redis', isUp: true, ms: expect.any(Number), unsent: expect.any(Number) }),
    );
    await there.reaches(id, (await here.say(id, 'counted')).version);
    const missing = randomUUID();
    await one().rows(sql`INSERT INTO nodes (id, seen_at) VALUES (${missing}, now())`);
    const { nodes } = await read(other());
    await one().rows(sql`DELETE FROM nodes WHERE id = ${missing}`);
    const silent = nodes.filter(({ figures }) => figures === null);
    expect(silent).toEqual([{ id: missing, seenAt: expect.stringMatching(/Z$/), figures: null }]);
    for (const { id: nodeId, figures } of before) {
      const later = nodes.find((node) => node.id === nodeId)?.figures as NodeFigures;
      expect(later.totals.deliveries).toBeGreaterThan(figures?.totals.deliveries ?? Number.POSITIVE_INFINITY);
      expect(later.sockets.socketio).toBeGreaterThan(0);
      expect(later.database).toMatchObject({ isUp: true, ms: expect.any(Number) });
    }
    expect((await (await aPerson(one())).get('/operations')).status).toBe(403);
    for (const socket of [here, there]) socket.close();
  });

  it('S0.14 S2.17 G3: thirty senders on both: every socket receives every version once and in order', async () => {
    const crowd = (await people(one(), 30)).map((who, i) => at(pair.nodes[i % 2] as TestNode, who));
    const id = await groupOf(crowd[0] as Person, crowd.slice(1));
    const sockets = await Promise.all(crowd.map((who) => who.connect()));
    for (const round of range(1, 10)) await Promise.all(sockets.map((socket, i) => socket.say(id, `${round} ${i}`)));
    for (const socket of sockets) await socket.reaches(id, 301);
    for (const socket of sockets) expect(socket.versions(id)).toEqual(range(2, 301));
    for (const socket of sockets) socket.close();
  });

  it('S0.16 G2: a send repeated through the other node is answered with the first one’s ids and delivered once', async () => {
    const { id, owner, here, there } = await aTalkAcross();
    const clientMessageId = randomUUID();
    const first = await here.say(id, 'once', { clientMessageId });
    const again = await at(other(), owner).post(`/conversations/${id}/messages`, { content: 'once', clientMessageId });
    expect([again.status, again.headers.get('parley-duplicate')]).toEqual([200, 'true']);
    expect(again.body).toMatchObject({ id: first.messageId, seq: first.seq });
    const last = await here.say(id, 'last');
    await there.reaches(id, last.version);
    expectWhole(there, id, last.version);
  });

  it('§5: who is added on one node receives the conversation on the other, first of all, and follows from there', async () => {
    const owner = await aPerson(one());
    const member = at(other(), await aPerson(one()));
    const there = await member.connect();
    const id = await groupOf(owner, [member]);
    const created = await there.first('conversation:created', ({ conversation }) => conversation.id === id);
    expect(created.version).toBe(1);
    await owner.say(id, 'hello');
    await there.reaches(id, 2);
    expect(there.versions(id)).toEqual([1, 2]);
    there.close();
  });

  it('G6: a mark set on one node reaches the reader’s socket and the others on the other', async () => {
    const { id, owner, member, here, there } = await aTalkAcross();
    await owner.say(id, 'read me');
    succeeded(await at(one(), member).post(`/conversations/${id}/read`, { seq: 1 }));
    expect(await there.first('unread:updated')).toMatchObject({ unreadCount: 0, lastReadSeq: 1 });
    await Promise.all([here, there].map((socket) => socket.first('message:read', ({ seq }) => seq === 1)));
  });

  it('§2: signing out closes the session’s sockets on every node, and no others', async () => {
    const user = await one().register(`u${randomUUID().slice(0, 8)}`);
    const bystander = await at(other(), await aPerson(one())).connect();
    const there = await new Person(other(), user.id, user.username, user.token).connect();
    await one().request.post('/api/auth/logout').set('cookie', user.cookie).set('sec-fetch-site', 'same-origin');
    expect(await there.first('server:closing')).toMatchObject({ error: { code: 'unauthenticated' } });
    expect(await there.end()).toBe('io server disconnect');
    expect(bystander.ended).toBeNull();
    bystander.close();
  });

  it('§2: whoever leaves for good loses every socket on every node, and is let in by none', async () => {
    const { id, username, token } = await one().register(`u${randomUUID().slice(0, 8)}`);
    const [here, there] = [one(), other()].map((node) => new Person(node, id, username, token)) as [Person, Person];
    const socket = await there.connect();
    succeeded(await here.call('DELETE', '/users/me', { password: PASSWORD }));
    expect(await socket.first('server:closing')).toMatchObject({ error: { code: 'unauthenticated' } });
    await socket.end();
    expect((await there.get('/users/me')).status).toBe(401);
  });

  it('§2: a user who is disabled loses every socket on every node, and one who was enabled again keeps the new ones', async () => {
    const who = await aPerson(one());
    const events = one().node.app.get(SessionEvents);
    const first = await at(other(), who).connect();
    await one().rows(sql`UPDATE users SET is_disabled = true WHERE id = ${who.id}`);
    events.ended({ userId: who.id, sessionIds: [], isDisabled: true });
    expect(await first.first('server:closing')).toMatchObject({ error: { code: 'unauthenticated' } });
    await one().rows(sql`UPDATE users SET is_disabled = false WHERE id = ${who.id}`);
    const second = await eventually('the user is let in again', () =>
      at(other(), who)
        .connect()
        .catch(() => null),
    );
    events.ended({ userId: who.id, sessionIds: [], isDisabled: true });
    await aLogout();
    expect(second?.ended).toBeNull();
    second?.close();
  });

  it('G8: whatever else is published on the channels of Redis is ignored', async () => {
    const { id, here, there } = await aTalkAcross();
    await here.say(id, 'before');
    const channels = (await pair.redis.command('PUBSUB', 'SHARDCHANNELS')) as string[];
    expect(channels.some((channel) => channel.includes(id))).toBe(true);
    for (const channel of channels.filter(
      (each) => each.includes(id) || each.includes('io#') || each.includes('beat:'),
    ))
      for (const said of NONSENSE) await pair.redis.command('SPUBLISH', channel, said);
    expect(await Promise.all(pair.nodes.map(readiness))).toEqual([{ status: 'ok' }, { status: 'ok' }]);
    const { version } = await here.say(id, 'after');
    await there.reaches(id, version);
    expectWhole(there, id, version);
  });
});

describe.each([
  ['killed', () => pair.redis.kill(), () => pair.redis.start()],
  ['stopped', async () => pair.redis.pause(), async () => pair.redis.resume()],
] as const)('two nodes while Redis is %s', (_how, down, up) => {
  it('G7 S0.18 S2.40: sends go on, everyone receives all of it in order and a notice, and nothing is missing afterwards', async () => {
    const { id, here, there } = await aTalkAcross();
    const before = await here.say(id, 'before');
    await there.reaches(id, before.version);
    await down();
    for (const i of range(1, 20)) await (i % 2 ? here : there).say(id, `while it was away ${i}`);
    await Promise.all([here, there].map((socket) => socket.reaches(id, before.version + 20)));
    for (const socket of [here, there]) expect(await socket.first('service:degraded')).toEqual({ part: 'redis' });
    await Promise.all(pair.nodes.map(missesRedis));
    const late = await (await aPerson(one())).connect();
    expect(await late.first('service:degraded')).toEqual({ part: 'redis' });
    await up();
    for (const socket of [here, there, late]) expect(await socket.first('service:restored')).toEqual({ part: 'redis' });
    await Promise.all(pair.nodes.map(hears));
    const after = await there.say(id, 'after');
    await here.reaches(id, after.version);
    for (const socket of [here, there]) expectWhole(socket, id, after.version);
    expect([here.ended, there.ended, late.ended]).toEqual([null, null, null]);
    late.close();
  });

  it('G5: a member removed on one node while a hundred sends race on the other receives nothing later', async () => {
    const { id, owner, member, here, there } = await aTalkAcross();
    await Promise.all(pair.nodes.map(hears));
    await down();
    const sender = await at(other(), owner).connect();
    const sends = range(1, 100).map((i) => sender.say(id, `racing ${i}`));
    await sends[20];
    succeeded(await owner.delete(`/conversations/${id}/members/${member.id}`));
    await Promise.all(sends);
    const { version } = await there.first('member:removed');
    const last = (await owner.sees(id)).version;
    await here.reaches(id, last);
    await sender.reaches(id, last);
    expect(last).toBeGreaterThan(version);
    expectWhole(there, id, version);
    expect((await member.get(`/conversations/${id}/messages`)).status).toBe(404);
    await up();
    await Promise.all(pair.nodes.map(hears));
    await here.say(id, 'after');
    expectWhole(there, id, version);
  });
});

describe('a node and Redis', () => {
  it('§2: a word of ended sessions that comes late closes no socket of a session that began since', async () => {
    const user = await one().register(`u${randomUUID().slice(0, 8)}`);
    await Promise.all(pair.nodes.map(hears));
    pair.redis.pause();
    const body = { current: PASSWORD, new: 'another password' };
    await one().request.post('/api/auth/password').set('authorization', user.bearer).send(body).expect(200);
    const credentials = { username: user.username, password: body.new };
    const { accessToken } = (await other().request.post('/api/auth/login').send(credentials).expect(200)).body;
    const sockets = await Promise.all(
      times(3, other()).map((node) => new Person(node, user.id, user.username, accessToken).connect()),
    );
    pair.redis.resume();
    await Promise.all(pair.nodes.map(hears));
    await aLogout();
    expect(sockets.map(({ ended }) => ended)).toEqual([null, null, null]);
    for (const socket of sockets) socket.close();
  });

  it('G7: lost subscriptions are noticed and taken up again', async () => {
    const { id, here, there } = await aTalkAcross();
    await here.say(id, 'before');
    await pair.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    for (const i of range(1, 20)) await here.say(id, `${i}`);
    await there.reaches(id, 22);
    await Promise.all(pair.nodes.map(hears));
    const { version } = await there.say(id, 'after');
    await here.reaches(id, version);
    for (const socket of [here, there]) expectWhole(socket, id, version);
  });

  it('S1.32 S2.40: starts and serves where Redis is not there yet, and finds it when it comes', async () => {
    const away = await RedisServer.start();
    await away.kill();
    await withTwoNodes([away.url, away.url], async (alone, second) => {
      const ann = await aPerson(alone);
      const bob = at(second, await aPerson(alone));
      const id = await groupOf(ann, [bob]);
      const [here, there] = await Promise.all([ann.connect(), bob.connect()]);
      await here.say(id, 'nobody carries this');
      await there.reaches(id, 2);
      expect(await readiness(alone)).toEqual({ status: 'degraded', parts: ['redis'] });
      await away.start();
      await Promise.all([alone, second].map(hears));
      await here.say(id, 'this is carried');
      await there.reaches(id, 3);
      here.close();
      there.close();
    }).finally(() => away.close());
  });

  it('S0.15 S2.17: Redis alone brings everything, were there no reconciler', async () => {
    await withTwoNodes([pair.redis.url, pair.redis.url], async (first, second) => {
      await Promise.all([first, second].map(hears));
      for (const node of [first, second]) node.node.app.get(Reconciler).onApplicationShutdown();
      const ann = await aPerson(first);
      const bob = at(second, await aPerson(first));
      const there = await bob.connect();
      const id = await groupOf(ann, [bob]);
      await there.first('conversation:created');
      for (const i of range(1, 20)) await ann.say(id, `${i}`);
      await there.reaches(id, 21);
      succeeded(await bob.post(`/conversations/${id}/read`, { seq: 20 }));
      expect(await there.first('message:read')).toMatchObject({ seq: 20 });
      there.close();
    });
  });
});
