import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, NOBODY, type Person, succeeded, times } from './people.js';
import { TestSocket } from './test-socket.js';

/** Four at once, six in a burst of more than a second, one a second in the long run. */
const SENDS = { MESSAGES_PER_SECOND: '4', MESSAGES_PER_MINUTE: '60' };

let node: TestNode;
let open: TestSocket[] = [];

beforeAll(async () => {
  node = await startNode({ RATE_LIMITS: 'on', ...SENDS });
});
afterAll(async () => {
  for (const socket of open) socket.close();
  open = [];
  await node.close();
});

const connected = async (person: Person): Promise<TestSocket> => {
  const socket = await person.connect();
  open.push(socket);
  return socket;
};

/** What of a budget of so much may have been taken since then. */
const mostSince = (began: number, atOnce = 6) => atOnce + (performance.now() - began) / 1_000;
const isRefused = (answer: any) => answer.error?.code === 'rate_limited';
const seqOf = async (conversationId: string): Promise<number> => {
  const [row] = await node.rows<{ seq: number }>(
    sql`SELECT last_seq::integer AS seq FROM conversations WHERE id = ${conversationId}`,
  );
  return row?.seq ?? 0;
};
/** Sends over this socket until one is refused; the refusal. */
const spend = (socket: TestSocket, conversationId: string): Promise<any> =>
  eventually('a send is refused', async () => {
    const sends = Array.from({ length: 10 }, (_, i) => socket.ask('message:send', { conversationId, content: `${i}` }));
    return (await Promise.all(sends)).find(isRefused) ?? null;
  });

describe('S0.20, S1.25, S4.18: the messages of a user', () => {
  it('are announced, and beyond their budget refused with the time after which one is taken, whatever the socket or REST', async () => {
    const { id, owner, members } = await aGroup(node);
    const sockets = [await connected(owner), await connected(owner)];
    expect(sockets[0]?.all('ready')[0].limits).toMatchObject({ messagesPerSecond: 4, messagesPerMinute: 60 });
    const began = performance.now();
    const answers = await Promise.all([
      ...sockets.flatMap((socket) =>
        Array.from({ length: 8 }, (_, i) => socket.ask('message:send', { conversationId: id, content: `${i}` })),
      ),
      ...Array.from({ length: 8 }, (_, i) =>
        owner.post(`/conversations/${id}/messages`, { content: `rest ${i}` }).then(({ body }) => body),
      ),
    ]);
    const refused = answers.filter(isRefused);
    const accepted = answers.length - refused.length;
    expect(accepted).toBeGreaterThanOrEqual(4);
    expect(accepted).toBeLessThanOrEqual(mostSince(began));
    for (const { error } of refused) {
      expect(error).toMatchObject({ retryable: true, clientMessageId: expect.any(String) });
      expect(error.retryAfterMs).toBeGreaterThan(0);
      expect(error.retryAfterMs).toBeLessThanOrEqual(1_000);
    }
    // Refused sends leave nothing behind, and another member notices nothing.
    expect(await seqOf(id)).toBe(accepted);
    await (members[0] as Person).say(id, 'hello');
    expect(await seqOf(id)).toBe(accepted + 1);
    const { retryAfterMs } = refused.at(-1).error;
    const from = performance.now();
    const again = await eventually('a send is taken again', async () => {
      const answer = await sockets[0]?.ask('message:send', { conversationId: id, content: 'again' });
      return answer?.success ? answer : null;
    });
    expect(again.seq).toBe(accepted + 2);
    expect(performance.now() - from).toBeLessThan(retryAfterMs + 3_000);
  });

  it('S0.19: are counted in the headers of their answers, and refused with 429 and Retry-After', async () => {
    const { id, owner } = await aGroup(node);
    const first = await owner.post(`/conversations/${id}/messages`, { content: 'one' });
    expect(first.status).toBe(201);
    const headers = (answer: typeof first) =>
      ['limit', 'remaining', 'reset'].map((name) => Number(answer.headers.get(`x-ratelimit-${name}`)));
    expect(headers(first)).toEqual([4, 3, 1]);
    const socket = await connected(owner);
    let refused = first;
    // Where the machine is busy, time enough for one more may pass between the two.
    for (let turn = 0; turn < 20 && refused.status !== 429; turn += 1) {
      await spend(socket, id);
      refused = await owner.post(`/conversations/${id}/messages`, { content: 'too much' });
    }
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({ code: 'rate_limited', clientMessageId: expect.any(String) });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(headers(refused)[1]).toBe(0);
  });

  it('G2: are answered as ever where they repeat, however many were sent, and what repeats takes nothing of the budget', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await connected(owner);
    const clientMessageId = randomUUID();
    const send = { conversationId: id, content: 'once', clientMessageId };
    const original = await socket.ask('message:send', send);
    for (const answer of await Promise.all(Array.from({ length: 20 }, () => socket.ask('message:send', send)))) {
      expect(answer).toMatchObject({ success: true, duplicate: true, messageId: original.messageId });
    }
    // Repeats took nothing: as many more as ever are left.
    const more = Array.from({ length: 3 }, (_, i) =>
      socket.ask('message:send', { conversationId: id, content: `${i}` }),
    );
    expect((await Promise.all(more)).filter(isRefused)).toEqual([]);
    await spend(socket, id);
    const [bySocket, byRest] = await Promise.all([
      socket.ask('message:send', send),
      owner.post(`/conversations/${id}/messages`, { content: 'once', clientMessageId }),
    ]);
    expect(bySocket).toMatchObject({ success: true, duplicate: true, messageId: original.messageId });
    expect([byRest.status, byRest.body.id]).toEqual([200, original.messageId]);
    const other = await socket.ask('message:send', { ...send, content: 'another text' });
    expect(other.error.code).toBe('idempotency_conflict');
  });

  it('make no conversation where they are refused', async () => {
    const { id, owner } = await aGroup(node);
    const stranger = await aPerson(node);
    await spend(await connected(owner), id);
    const refused = await owner.post('/messages/send', { receiverId: stranger.id, content: 'hello' });
    expect(refused.status).toBe(429);
    expect((await stranger.get('/conversations')).body.items).toEqual([]);
  });

  it('make no conversation beyond the budget of creations, and go on where there is one', async () => {
    const [ann, known] = [await aPerson(node), await aPerson(node)];
    await directOf(ann, known);
    const sendTo = ({ id }: Person) => ann.post('/messages/send', { receiverId: id, content: 'hello' });
    await eventually('a send to somebody new is refused', async () => {
      const [stranger] = await Promise.all([
        aPerson(node),
        ...Array.from({ length: 120 }, () => ann.post('/conversations', {})),
      ]);
      const { status, body } = await sendTo(stranger);
      if (status !== 429) return null;
      expect(body.error).toMatchObject({ code: 'rate_limited', clientMessageId: expect.any(String) });
      expect((await stranger.get('/conversations')).body.items).toEqual([]);
      return body;
    });
    expect((await sendTo(known)).status).toBe(201);
  });
});

describe('S0.19: any other request', () => {
  it('is counted by user too, where it is nobody’s by address, and health checks never are', async () => {
    const [ann, ben] = [await aPerson(node), await aPerson(node)];
    const limitOf = (answer: { headers: Headers }) => answer.headers.get('x-ratelimit-limit');
    expect(limitOf(await ann.get('/users/me'))).toBe('600');
    expect(limitOf(await ann.post('/conversations', { type: 'direct', memberIds: [ben.id] }))).toBe('60');
    expect(limitOf(await fetch(`${node.url}/api/docs`))).toBe('2000');
    expect(limitOf(await fetch(`${node.url}/health/ready`))).toBeNull();
    expect((await ann.get('/users/me')).headers.get('x-ratelimit-remaining')).toMatch(/^59[89]$/);
    expect((await ben.get('/users/me')).status).toBe(200);
  });
});

it('what the audit log keeps for good has a budget of its own, whichever route it comes by', async () => {
  const { id, owner, members } = await aGroup(node);
  const [ben] = members as [Person];
  const group = `/conversations/${id}`;
  const member = `${group}/members/${ben.id}`;
  const answers = [
    await owner.patch(member, { role: 'admin' }),
    await owner.call<any>('PUT', `${member}/silence`, { seconds: 60 }),
    await owner.delete(`${member}/silence`),
    await owner.delete(member),
    await owner.call<any>('PUT', `${group}/bans/${ben.id}`),
    await owner.delete(`${group}/bans/${ben.id}`),
    await owner.post(`${group}/invites`, {}),
    await owner.delete(`${group}/invites/${NOBODY}`),
    await owner.call<any>('PUT', `${group}/retention`, { days: 30 }),
  ];
  for (const answer of answers) succeeded(answer);
  expect(answers.map(({ headers }) => headers.get('x-ratelimit-limit'))).toEqual(times(answers.length, '200'));
  await eventually('one more is refused', async () => {
    const turns = Array.from({ length: 100 }, (_, i) =>
      owner.call<any>('PUT', `${group}/retention`, { days: (i % 2) + 1 }),
    );
    return (await Promise.all(turns)).some(({ status }) => status === 429);
  });
});

describe('S0.22, S0.28: who goes on after being told to wait', () => {
  const lines = (msg: string, userId: string) => node.logs.filter((line) => line.msg === msg && line.userId === userId);

  it('is told once a second, and closed so that a plain client comes back, which is let in after the wait', async () => {
    const { id, owner } = await aGroup(node);
    const [socket, other] = [await connected(owner), await connected(owner)];
    const refused = await spend(socket, id);
    expect(refused.error.code).toBe('rate_limited');
    const { retryAfterMs } = await socket.first('rate:limited');
    expect(retryAfterMs).toBeGreaterThan(0);
    const began = performance.now();
    while (socket.ended === null && performance.now() - began < 20_000) {
      const sends = Array.from({ length: 50 }, () => socket.ask('message:send', { conversationId: id, content: 'x' }));
      await Promise.race([Promise.allSettled(sends), socket.end()]);
    }
    expect(await socket.end()).toMatch(/^transport (close|error)$/);
    const { error } = await socket.first('server:closing');
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: expect.any(Number) });
    expect(error.retryAfterMs).toBeGreaterThan(1_000);
    const seconds = (performance.now() - began) / 1_000 + 1;
    expect(socket.all('rate:limited').length).toBeLessThanOrEqual(seconds + 1);
    // Hundreds were refused: the log has a line a second.
    expect(lines('refused', owner.id).length).toBeLessThanOrEqual(seconds + 1);
    expect(lines('closed', owner.id)).toHaveLength(1);
    // Other devices of the same user stay, and new ones have to wait.
    expect(other.ended).toBeNull();
    const back = new TestSocket(node.url, { auth: { token: owner.token }, reconnection: true, reconnectionDelay: 50 });
    open.push(back);
    expect((await back.first('server:closing')).error).toMatchObject({ code: 'rate_limited' });
    expect(await back.first('ready')).toMatchObject({ userId: owner.id });
  });

  it('S0.21: may be anybody: what is no command is counted too', async () => {
    const ann = await aPerson(node);
    const socket = await connected(ann);
    await eventually('one is refused for that', async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, () => socket.ask('no:such')));
      expect(new Set(answers.map(({ error }) => error.code))).toContain('not_found');
      return answers.find(isRefused);
    });
  });
});
