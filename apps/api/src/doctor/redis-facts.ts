import { randomUUID } from 'node:crypto';
import { createClient } from 'redis';
import { RedisConnection } from '../platform/nodes/redis-connection.js';

const TIMEOUT_MS = 10_000;

/** Of one address. */
export interface RedisLook {
  /** `host:port`. */
  at: string;
  /** Null where it cannot be reached, or lets nobody in. */
  facts: RedisFacts | null;
  fault: string | null;
}

export interface RedisFacts {
  /** What INFO answers; empty where its user may not ask. */
  info: ReadonlyMap<string, string>;
  /** Whether its user may ask which nodes a cluster has. */
  namesNodes: boolean;
  /** From publishing to hearing, in milliseconds; or what went wrong. */
  heard: number | Error;
}

/** Looks and changes nothing. Never throws. */
export async function lookAtRedis(url: string): Promise<RedisLook> {
  const at = new URL(url).host;
  try {
    return { at, facts: { ...(await told(url)), heard: await hearing(url) }, fault: null };
  } catch (fault) {
    return { at, facts: null, fault: (fault as Error).message };
  }
}

async function told(url: string): Promise<Pick<RedisFacts, 'info' | 'namesNodes'>> {
  const client = createClient({
    ...{ url, commandOptions: { timeout: TIMEOUT_MS } },
    socket: { connectTimeout: TIMEOUT_MS, reconnectStrategy: false },
  });
  client.on('error', () => undefined);
  // A Redis that was stopped accepts connections and never answers.
  const timer = setTimeout(() => client.destroy(), TIMEOUT_MS);
  try {
    await client.connect();
    const text = await client.info().catch(() => '');
    const isAllowed = await client.clusterNodes().then(
      () => true,
      () => false,
    );
    return {
      info: new Map(text.split(/\r?\n/).map((line) => line.split(/:(.*)/s, 2) as [string, string])),
      namesNodes: isAllowed,
    };
  } finally {
    clearTimeout(timer);
    if (client.isOpen) client.destroy();
  }
}

/** By the connection of nodes, on a channel as theirs. */
async function hearing(url: string): Promise<number | Error> {
  const channel = `parley:doctor:${randomUUID()}`;
  const heard = Promise.withResolvers<void>();
  const timer = setTimeout(() => heard.reject(new Error('nothing came within 10 seconds')), TIMEOUT_MS);
  heard.promise.catch(() => undefined);
  let connection: RedisConnection | null = null;
  try {
    connection = await RedisConnection.open(url, { onMessage: () => heard.resolve(), onNodes: () => undefined });
    await connection.subscribe([channel]);
    const from = performance.now();
    await connection.publish(channel, 'heard?');
    await Promise.race([heard.promise, connection.ended.then((why) => Promise.reject(why))]);
    const took = Math.round((performance.now() - from) * 10) / 10;
    await connection.unsubscribe([channel]);
    return took;
  } catch (fault) {
    return fault as Error;
  } finally {
    clearTimeout(timer);
    connection?.destroy(new Error('It has been tried.'));
  }
}
