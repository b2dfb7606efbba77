import { afterAll, beforeAll } from '@jest/globals';
import { eventually, RedisServer } from '@parley/testkit';
import { startNodes, type TestNode } from './node.js';
import { Person } from './people.js';

/** Two nodes of one deployment and their Redis, for one spec file. */
export interface PairOfNodes {
  redis: RedisServer;
  nodes: TestNode[];
}

/** Starts them before all tests of the file, until both hear Redis, and ends them after all. */
export function pairOfNodes(env: Record<string, string> = {}): PairOfNodes {
  const pair = { nodes: [] as TestNode[] } as PairOfNodes;
  beforeAll(async () => {
    pair.redis = await RedisServer.start();
    pair.nodes = await startNodes([pair.redis.url, pair.redis.url], env);
    await Promise.all(pair.nodes.map(hears));
  });
  afterAll(async () => {
    await Promise.all([...pair.nodes].reverse().map((node) => node.close()));
    await pair.redis.close();
  });
  return pair;
}

/** Two nodes of their own for one test, each with its way to Redis; they end with it, however it ends. */
export async function withTwoNodes(
  redisUrls: readonly [string, string],
  test: (one: TestNode, other: TestNode) => Promise<void>,
): Promise<void> {
  const [one, other] = (await startNodes(redisUrls)) as [TestNode, TestNode];
  try {
    await test(one, other);
  } finally {
    await other.close();
    await one.close();
  }
}

export const readiness = async (node: TestNode) => (await node.request.get('/health/ready').expect(200)).body;
export const hears = (node: TestNode) =>
  eventually('a node hears Redis', async () => (await readiness(node)).status === 'ok');
export const missesRedis = (node: TestNode) =>
  eventually('a node misses Redis', async () => (await readiness(node)).status === 'degraded');

/** The same person, speaking to another node. */
export const at = (node: TestNode, { id, username, token }: Person) => new Person(node, id, username, token);
