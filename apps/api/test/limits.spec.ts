import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { PASSWORD, startNode, type TestNode } from './node.js';
import { aGroup, aPerson, type Group, type Person, people } from './people.js';
import { RawSocket } from './raw-socket.js';
import { TestSocket } from './test-socket.js';

const POLLING = '/socket.io/?EIO=4&transport=polling';
const BUSY = expect.objectContaining({
  code: 'service_unavailable',
  retryable: true,
  retryAfterMs: expect.any(Number),
});

let node: TestNode;
let open: { close(): void }[] = [];

afterEach(async () => {
  for (const each of open) each.close();
  open = [];
  await node.close();
});

/** Closes it when the test is over. */
function kept<T extends { close(): void }>(each: T): T {
  open.push(each);
  return each;
}

/** A plain socket.io-client, which comes back sooner than by default only for the sake of the test's length. */
const plain = (person: Person, url = node.url) =>
  kept(
    new TestSocket(url, {
      auth: { token: person.token },
      transports: ['polling', 'websocket'],
      reconnection: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    }),
  );

const lines = (code: string) => node.logs.filter((line) => line.code === code);

describe('S1.33: the connections of a node', () => {
  it('beyond their limit are refused on both transports, with 503 and Retry-After, before any transport sees them', async () => {
    node = await startNode({ MAX_CONNECTIONS: '2' });
    const [ann, ben, cem] = (await people(node, 3)) as [Person, Person, Person];
    const first = kept(await ann.connect());
    const polling = kept(await ben.connect({ transports: ['polling'] }));
    const raw = kept(new RawSocket(node.url));
    const refused = await eventually('the upgrade is refused', () => raw.refused);
    expect(refused).toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^[1-5]$/) });
    expect(JSON.parse(refused.body)).toEqual({ error: BUSY });
    const answer = await fetch(node.url + POLLING);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[1-5]$/)]);
    expect(await answer.json()).toEqual({ error: BUSY });
    expect(lines('service_unavailable')).toHaveLength(2);
    // Whatever names a connection that is not there begins none.
    for (const query of ['&sid=', '&sid=x&sid=', '&sid=x#&sid=y']) {
      const { status } = await fetch(node.url + POLLING + query);
      expect({ query, refused: status === 503 || status === 400 }).toEqual({ query, refused: true });
    }
    // A connection that is there polls on.
    expect((await polling.ask('presence:none')).error.code).toBe('not_found');
    const late = plain(cem);
    await eventually('it is refused', () => late.ended);
    first.close();
    expect(await late.first('ready')).toMatchObject({ userId: cem.id });
  });
});

describe('F17: the handshakes of a second', () => {
  it('beyond their limit are refused in the same way, and plain clients are all let in by themselves', async () => {
    node = await startNode({ RATE_LIMITS: 'on', MAX_HANDSHAKES_PER_SECOND: '10' });
    const crowd = await people(node, 30);
    const sockets = crowd.map((person) => plain(person));
    await Promise.all(sockets.map((socket) => socket.first('ready')));
    expect(lines('service_unavailable').length).toBeGreaterThan(0);
  });
});

describe('G8: a flood of handshakes', () => {
  it('from one address does not keep others out, whose addresses come from a trusted proxy', async () => {
    node = await startNode({ RATE_LIMITS: 'on', MAX_HANDSHAKES_PER_SECOND: '20', TRUST_PROXY: 'loopback' });
    const from = (address: string) => ({ 'X-Forwarded-For': `198.51.100.9, ${address}` });
    const crowd = await people(node, 8);
    let refused = 0;
    const over = new AbortController();
    const flood = Array.from({ length: 4 }, async () => {
      while (!over.signal.aborted) {
        const { status } = await fetch(node.url + POLLING, { headers: from('203.0.113.1') });
        if (status === 503) refused += 1;
      }
    });
    try {
      await eventually('the flood is refused', () => refused > 50);
      const connecting = crowd.map((person, i) => person.connect({ extraHeaders: from(`2001:db8:0:${i}::1`) }));
      for (const socket of await Promise.all(connecting)) expect(kept(socket).ended).toBeNull();
    } finally {
      over.abort();
      await Promise.all(flood);
    }
  });
});

describe('the sockets of one user', () => {
  /** Has one who has all sockets refused until the wait is as long. */
  const waitsAre = (token: string, ms: number) =>
    eventually('the wait is long', async () => {
      const socket = new TestSocket(node.url, { auth: { token } });
      const { error } = await socket.first('server:closing');
      socket.close();
      return (error.retryAfterMs ?? 0) > ms;
    });

  it('beyond their limit get the reason and are closed so that plain clients come back; those that were there stay', async () => {
    node = await startNode({ RATE_LIMITS: 'on', MAX_CONNECTIONS_PER_USER: '2' });
    const [ann, ben] = (await people(node, 2)) as [Person, Person];
    const first = kept(await ann.connect());
    const second = kept(await ann.connect());
    const third = plain(ann);
    const { error } = await third.first('server:closing');
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: expect.any(Number) });
    expect(await third.end()).toMatch(/^transport (close|error)$/);
    expect(third.all('ready')).toEqual([]);
    kept(await ben.connect());
    expect([first.ended, second.ended]).toEqual([null, null]);
    first.close();
    expect(await third.first('ready')).toMatchObject({ userId: ann.id });
    expect(second.ended).toBeNull();
  });

  it('get a longer wait each time, and are kept as long, so that a plain client does not come back sooner', async () => {
    node = await startNode({ RATE_LIMITS: 'on', MAX_CONNECTIONS_PER_USER: '1' });
    const ann = await aPerson(node);
    const first = kept(await ann.connect());
    const second = plain(ann);
    const refusals: { at: number; wait: number }[] = [];
    second.io.on('server:closing', ({ error }) =>
      refusals.push({ at: performance.now(), wait: error.retryAfterMs as number }),
    );
    await second.first('server:closing');
    expect((await second.ask('conversation:join', {})).error.code).toBe('rate_limited');
    await eventually('it is refused for the third time', () => refusals[2]);
    const waited = refusals.slice(1).map(({ at }, i) => at - (refusals[i]?.at ?? 0));
    refusals.slice(1).forEach(({ wait }, i) => expect(wait).toBeGreaterThan(1.5 * (refusals[i]?.wait ?? 0)));
    waited.forEach((ms, i) => expect(ms).toBeGreaterThan((refusals[i]?.wait ?? 0) - 50));
    first.close();
    // Long before its wait is over.
    const letIn = performance.now();
    await second.first('ready');
    expect(performance.now() - letIn).toBeLessThan((refusals[2]?.wait ?? 0) - 500);
  });

  it('that wait end with their session at once, and with their token', async () => {
    node = await startNode({ RATE_LIMITS: 'on', MAX_CONNECTIONS_PER_USER: '1' });
    const { username, token } = await node.register('ann');
    const credentials = { username, password: PASSWORD };
    const { body } = await node.request.post('/api/auth/login').send(credentials).expect(200);
    const ben = await node.hostUser('ben');
    const stay = [kept(await TestSocket.open(node.url, token)), kept(await TestSocket.open(node.url, ben.token))];
    for (const each of [token, ben.token]) await waitsAre(each, 20_000);
    const exp = Math.ceil(Date.now() / 1000) + 2;
    const tokens = [body.accessToken as string, await node.hostToken('ben', { exp })];
    const waiting = tokens.map((each) => kept(new TestSocket(node.url, { auth: { token: each } })));
    for (const socket of waiting) await socket.first('server:closing');
    const from = performance.now();
    await node.request.post('/api/auth/logout').set('authorization', `Bearer ${body.accessToken}`).expect(204);
    const ends = await Promise.all(waiting.map((socket) => socket.end()));
    // Sooner than sessions are reviewed, and than the wait is over.
    expect(performance.now() - from).toBeLessThan(6_000);
    expect(ends).toEqual(['io server disconnect', 'transport close']);
    const codes = waiting.map((socket) => socket.all('server:closing').map(({ error }) => error.code));
    expect(codes).toEqual([
      ['rate_limited', 'unauthenticated'],
      ['rate_limited', 'token_expired'],
    ]);
    expect(stay.map(({ ended }) => ended)).toEqual([null, null]);
  });

  it('are closed at once where a tenth of the node’s connections are kept already', async () => {
    node = await startNode({ RATE_LIMITS: 'on', MAX_CONNECTIONS: '10', MAX_CONNECTIONS_PER_USER: '1' });
    const ann = await aPerson(node);
    kept(await ann.connect());
    const [second, third] = [1, 2].map(() => kept(new TestSocket(node.url, { auth: { token: ann.token } })));
    await Promise.race([second?.end(), third?.end()]);
    expect([second?.ended, third?.ended].filter((ended) => ended === null)).toHaveLength(1);
    expect(lines('rate_limited')).toHaveLength(2);
  });
});

/** More than the kernel's own buffers hold, and much more than a node may keep for one socket. */
const PAGES = 120;

describe('G8, F14: who does not read what they are sent', () => {
  /** A group of whose messages no answer can hold all. */
  const largeGroup = async (): Promise<Group> => {
    const group = await aGroup(node);
    await Promise.all(Array.from({ length: 55 }, (_, i) => group.owner.say(group.id, `${i}`.padEnd(10_000, 'x'))));
    return group;
  };

  const askMuch = (raw: RawSocket, id: string) => {
    for (let i = 0; i < PAGES; i += 1) raw.send(`42${i}["conversation:open",{"conversationId":"${id}"}]`);
  };

  /** As many bytes for each member: that needs fewer commands than pages do, of which each connection reads its own. */
  const sayMuch = async (socket: TestSocket, conversationId: string): Promise<void> => {
    const metadata = { x: 'y'.repeat(100_000) };
    // So few at once that this socket, which reads all of them too, never has a limit's bytes before it.
    for (let round = 0; round < 40; round += 1) {
      const said = Array.from({ length: 4 }, (_, i) =>
        socket.ask('message:send', { conversationId, content: `${round} ${i}`, metadata }),
      );
      for (const ack of await Promise.all(said)) expect(ack).toMatchObject({ success: true });
    }
  };

  it('is closed beyond so many bytes, and what waited for them is freed; others do not notice', async () => {
    node = await startNode();
    const { id, owner, members } = await aGroup(node);
    const [reader] = members as [Person];
    const watching = kept(await owner.connect());
    const deaf = await Promise.all(Array.from({ length: 4 }, () => RawSocket.open(node.url, reader.token)));
    for (const raw of deaf) kept(raw).stopReading();
    await sayMuch(watching, id);
    await eventually('all are given up', () => lines('slow_consumer').length === deaf.length);
    for (const line of lines('slow_consumer')) expect(line).toMatchObject({ userId: reader.id, transport: 'socketio' });
    // Eight times the limit, and what comes until that is looked at.
    for (const { bytes } of lines('slow_consumer')) expect(bytes).toBeLessThan(12 * 1_048_576);
    await eventually(
      'nothing is left of them',
      () => node.logs.filter(({ msg }) => msg === 'disconnected').length === deaf.length,
    );
    const { success, version } = await watching.say(id, 'still here');
    expect(success).toBe(true);
    expect(watching.ended).toBeNull();
    // They notice when they read on, and miss nothing.
    const [first] = deaf as [RawSocket];
    first.readOn();
    await eventually('it is closed', () => first.closed);
    const back = kept(await reader.connect());
    const answer = await back.ask('sync', { conversations: { [id]: { version: version - 1, receipts: 0 } } });
    expect(answer.conversations[id].messages.map(({ content }: { content: string }) => content)).toEqual([
      'still here',
    ]);
  });

  it('does not include the others where one member sends much at once', async () => {
    node = await startNode();
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const others = await Promise.all(members.map(async (each) => kept(await each.connect())));
    const loud = kept(await owner.connect());
    const metadata = { x: 'y'.repeat(100_000) };
    const sends = Array.from({ length: 80 }, (_, i) =>
      loud.ask('message:send', { conversationId: id, content: `${i}`, metadata }),
    );
    for (const ack of await Promise.all(sends)) expect(ack).toMatchObject({ success: true });
    const { version } = await loud.say(id, 'that was it');
    for (const socket of [...others, loud]) await socket.reaches(id, version);
    expect(lines('slow_consumer')).toEqual([]);
  });

  it('is closed after so long, however little it is', async () => {
    node = await startNode({ MAX_BUFFERED_BYTES: '1000000000', MAX_BUFFERED_SECONDS: '1' });
    const { id, members } = await largeGroup();
    const [reader] = members as [Person];
    const raw = kept(await RawSocket.open(node.url, reader.token));
    raw.stopReading();
    askMuch(raw, id);
    const line = await eventually('it is given up', () => lines('slow_consumer')[0]);
    expect(line).toMatchObject({ userId: reader.id, bytes: expect.any(Number) });
    raw.readOn();
    await eventually('it is closed', () => raw.closed);
  });

  it('is not closed where much comes at once and is read', async () => {
    node = await startNode({ MAX_BUFFERED_SECONDS: '1' });
    const { id, members } = await largeGroup();
    const [reader] = members as [Person];
    for (const transports of [['websocket'], ['polling']]) {
      const socket = kept(await reader.connect({ transports }));
      for (let i = 0; i < 10; i += 1) {
        const asks = Array.from({ length: 10 }, () => socket.ask('conversation:open', { conversationId: id }));
        const pages = await Promise.all(asks);
        expect(pages.flatMap(({ items }) => items).length).toBeGreaterThan(80);
      }
      expect(socket.ended).toBeNull();
    }
    expect(lines('slow_consumer')).toEqual([]);
  });

  it('is closed on long polling too: by bytes where they do not poll, and their session ends', async () => {
    node = await startNode();
    const { id, members } = await largeGroup();
    const [reader] = members as [Person];
    const { sid } = JSON.parse((await (await fetch(node.url + POLLING)).text()).slice(1));
    const session = `${node.url}${POLLING}&sid=${sid}`;
    const post = (body: string) => fetch(session, { method: 'POST', body });
    await post(`40${JSON.stringify({ token: reader.token })}`);
    await eventually('it is connected', () => node.logs.find(({ msg }) => msg === 'connected'));
    const asks = Array.from({ length: PAGES / 4 }, (_, i) => `42${i}["conversation:open",{"conversationId":"${id}"}]`);
    await post(asks.join('\x1e'));
    await eventually('it is given up', () => lines('slow_consumer')[0]);
    expect((await fetch(session)).status).toBe(400);
  });
});

describe('attack 56', () => {
  /** A TCP connection that says this much and no more. */
  const stall = (text: string, allowHalfOpen = false): Socket => {
    const { hostname, port } = new URL(node.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen });
    socket.on('error', () => undefined);
    socket.write(text);
    open.push({ close: () => socket.destroy() });
    return socket;
  };
  const connected = async (socket: Socket) => {
    if (socket.connecting) await once(socket, 'connect');
  };
  const UPGRADE =
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n';

  it('200 refused upgrades and requests whose client closes nothing leave no connection behind', async () => {
    node = await startNode({ MAX_CONNECTIONS: '1' });
    const ann = await aPerson(node);
    kept(await ann.connect());
    const texts = [
      UPGRADE.replace('/socket.io/', '/nowhere'),
      UPGRADE,
      `GET ${POLLING} HTTP/1.1\r\nHost: x\r\n`,
      `POST ${POLLING} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n`,
    ];
    const refused = texts.flatMap((text) => Array.from({ length: 50 }, () => stall(`${text}\r\n`, true)));
    const answers = refused.map(async (socket) => String((await once(socket, 'data'))[0]));
    // The rest of a frame, or of a body, that nobody waits for.
    await Promise.all(answers);
    for (const socket of refused.slice(0, 25)) socket.write('x');
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1\.1 (404|503) /);
    const server = node.node.app.getHttpServer();
    const connections = () =>
      new Promise<number>((resolve) => server.getConnections((_: unknown, n: number) => resolve(n)));
    await eventually('only who was let in is connected', async () => (await connections()) <= 1);
  });

  it('200 slow bodies do not keep others out, nor the node from stopping', async () => {
    node = await startNode();
    const ann = await aPerson(node);
    const head = `POST /api/sync HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ann.token}\r\n`;
    const slow = Array.from({ length: 200 }, () =>
      stall(`${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`),
    );
    await Promise.all(slow.map(connected));
    const ends = slow.map((socket) => once(socket.resume(), 'close'));
    expect((await ann.get('/users/me')).status).toBe(200);
    await node.node.close();
    await Promise.all(ends);
  });
});
