import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, RedisServer } from '@parley/testkit';
import { startNodes, type TestNode } from './node.js';
import { at, hears, missesRedis } from './pair-of-nodes.js';
import { aGroup, type Person } from './people.js';
import type { TestSocket } from './test-socket.js';

/** Five a second in the long run, and thirty in a burst. */
const SENDS = { MESSAGES_PER_SECOND: '10', MESSAGES_PER_MINUTE: '300' };
const budgetOf = (ms: number) => 30 + (5 * ms) / 1_000;
const FLOOD_MS = 8_000;

describe('the messages of one user on three nodes', () => {
  let redis: RedisServer;
  let nodes: TestNode[];
  let conversationId: string;
  /** The same person at each node. */
  let flooder: Person[];
  let neighbour: Person;
  let sockets: TestSocket[];

  beforeAll(async () => {
    redis = await RedisServer.start();
    nodes = await startNodes([redis.url, redis.url, redis.url], { RATE_LIMITS: 'on', ...SENDS });
    await Promise.all(nodes.map(hears));
    const [one] = nodes as [TestNode];
    const { id, owner, members } = await aGroup(one);
    conversationId = id;
    neighbour = members[0] as Person;
    flooder = nodes.map((node) => at(node, owner));
    sockets = await Promise.all(Array.from({ length: 10 }, (_, i) => (flooder[i % 3] as Person).connect()));
  });

  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await Promise.all([...nodes].reverse().map((node) => node.close()));
    await redis.close();
  });

  /** Sends as fast as it is told to, and no faster, for so long; how many were taken. */
  async function send(give: () => Promise<any>, until: number): Promise<number> {
    let taken = 0;
    while (performance.now() < until) {
      const answer = await give();
      if (answer.error === undefined) taken += 1;
      else expect(answer.error.code).toBe('rate_limited');
      // A device that knows of no other, and so comes too soon again and again.
      const wait = answer.error?.retryAfterMs ?? 0;
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    return taken;
  }

  /** By ten sockets and by REST at every node, while a neighbour sends now and then. */
  async function flood() {
    const began = performance.now();
    const until = began + FLOOD_MS;
    const message = { conversationId, content: 'x' };
    const noticed = send(async () => {
      const answer = await neighbour.post(`/conversations/${conversationId}/messages`, { content: 'neighbour' });
      expect(answer.status).toBe(201);
      return { error: { code: 'rate_limited', retryAfterMs: 500 } };
    }, until);
    const taken = await Promise.all([
      ...sockets.map((socket) => send(() => socket.ask('message:send', message), until)),
      ...flooder.map((person) => send(async () => (await person.post('/messages/send', message)).body, until)),
    ]);
    await noticed;
    return { taken: taken.reduce((sum, each) => sum + each, 0), budget: budgetOf(performance.now() - began) };
  }

  /** How many people may be searched for at once, by what a node tells. */
  const limitAt = async (person: Person) =>
    Number((await person.get('/users?query=xx')).headers.get('x-ratelimit-limit'));

  it('attack 58: are no more than 120 % of the budget through ten sockets and REST together, and a neighbour notices nothing', async () => {
    const { taken, budget } = await flood();
    expect(taken).toBeLessThanOrEqual(1.2 * budget);
    expect(taken).toBeGreaterThanOrEqual(0.7 * budget);
  });

  it('attack 59: are no more than that while Redis is away either, from five seconds after its loss on', async () => {
    await redis.kill();
    await Promise.all(nodes.map(missesRedis));
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(await Promise.all(flooder.map(limitAt))).toEqual([20, 20, 20]);
    const { taken, budget } = await flood();
    expect(taken).toBeLessThanOrEqual(1.2 * budget);
    expect(taken).toBeGreaterThanOrEqual(0.5 * budget);
    await redis.revive();
    await Promise.all(nodes.map(hears));
    await Promise.all(
      flooder.map((person) => eventually('each has all of it again', async () => (await limitAt(person)) === 60)),
    );
  });
});
