import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Balancer } from '../links/balancer.js';
import { TcpProxy } from '../links/tcp-proxy.js';
import type { NodeOptions } from '../processes/parley-node.js';
import { freePort, freshDirectory } from '../processes/places.js';
import { PostgresCluster } from '../processes/postgres-cluster.js';
import { RedisServer } from '../processes/redis-server.js';
import { FleetNode, type NodeRun } from './fleet-node.js';
import { Sampler } from './sampler.js';

const HOST = '127.0.0.1';
const DATABASE = 'parley';

export interface FleetOptions {
  nodes: 1 | 2 | 3;
  /** Whether the nodes share a Redis; where missing, they do if there are several. */
  redis?: boolean;
  /** Settings of every node. */
  env?: Record<string, string>;
  /** More for single nodes, by their place: 0 is the first. */
  each?: (place: number) => Pick<NodeOptions, 'env' | 'nodeArguments' | 'server'>;
}

/**
 * Several nodes as they would run behind a balancer, with a Postgres and a Redis of their own. Every link between them
 * is a proxy that can be spoilt; every process can be killed and comes back on the same port.
 */
export class Fleet {
  readonly sampler: Sampler;

  private constructor(
    readonly postgres: PostgresCluster,
    private readonly ownRedis: RedisServer | null,
    readonly nodes: readonly FleetNode[],
    readonly balancer: Balancer,
    /** Of all nodes. */
    readonly filesDirectory: string,
  ) {
    this.sampler = new Sampler(nodes);
  }

  /** Resolves once every node is ready. */
  static async start(options: FleetOptions): Promise<Fleet> {
    const redisWanted = options.redis ?? options.nodes > 1;
    const undo: (() => unknown)[] = [];
    try {
      const [postgres, redis] = await Promise.all([PostgresCluster.start(), redisWanted ? RedisServer.start() : null]);
      undo.push(
        () => postgres.stop(),
        () => redis?.close(),
      );
      await postgres.createDatabase(DATABASE);
      const secret = randomUUID();
      const filesDirectory = freshDirectory('files');
      undo.push(() => rmSync(filesDirectory, { recursive: true, force: true }));
      const start = async (place: number) => {
        const started = await startNode(place, { postgres, redis, secret, filesDirectory, options });
        undo.push(() => started.close());
        return started;
      };
      // The first one brings the database up to date; the others find it so.
      const first = await start(0);
      const starting = Array.from({ length: options.nodes - 1 }, (_, i) => start(i + 1));
      // All of them have come to something before anything is undone.
      await Promise.allSettled(starting);
      const nodes = [first, ...(await Promise.all(starting))];
      const balancer = await Balancer.start(nodes.map(({ front }) => front));
      undo.push(() => balancer.close());
      await balancer.allReady();
      return new Fleet(postgres, redis, nodes, balancer, filesDirectory);
    } catch (error) {
      for (const step of undo.toReversed()) await step();
      throw error;
    }
  }

  get redis(): RedisServer {
    if (!this.ownRedis) throw new Error('This fleet has no Redis.');
    return this.ownRedis;
  }

  /** Each node's own address for clients, in their order. */
  get urls(): string[] {
    return this.nodes.map(({ url }) => url);
  }

  /** Every process there was of every node. */
  get runs(): NodeRun[] {
    return this.nodes.flatMap(({ runs }) => runs);
  }

  /** SIGTERM and a new process for each node, one after the other, as a deployment does it. */
  async rollingRestart(): Promise<void> {
    for (const node of this.nodes) await node.restart();
  }

  /** Ends all faults: links forward again, paused processes continue, killed ones are started. */
  async heal(): Promise<void> {
    this.postgres.resume();
    await this.ownRedis?.revive();
    for (const node of this.nodes) await node.heal();
  }

  /** Ends everything and removes what was made for it. */
  async stop(): Promise<void> {
    this.sampler.stop();
    await this.balancer.close();
    await Promise.all(this.nodes.map((node) => node.close()));
    await Promise.all([this.postgres.stop(), this.ownRedis?.close()]);
    rmSync(this.filesDirectory, { recursive: true, force: true });
  }
}

interface Surroundings {
  postgres: PostgresCluster;
  redis: RedisServer | null;
  secret: string;
  filesDirectory: string;
  options: FleetOptions;
}

async function startNode(
  place: number,
  { postgres, redis, secret, filesDirectory, options }: Surroundings,
): Promise<FleetNode> {
  const port = await freePort();
  const links = {
    front: await TcpProxy.start({ host: HOST, port }),
    postgres: await TcpProxy.start({ host: HOST, port: postgres.port }),
    redis: redis && (await TcpProxy.start({ host: HOST, port: redis.port })),
  };
  const own = options.each?.(place);
  const env = {
    DATABASE_URL: `postgres://postgres@${HOST}:${links.postgres.port}/${DATABASE}`,
    JWT_SECRET: secret,
    ...(links.redis && { REDIS_URL: `redis://${HOST}:${links.redis.port}`, FILES_SHARED: 'yes' }),
    ...options.env,
    ...own?.env,
  };
  return FleetNode.start(`n${place + 1}`, { ...own, port, env, filesDirectory }, links).catch(
    async (error: unknown) => {
      await Promise.all([links.front.close(), links.postgres.close(), links.redis?.close()]);
      throw error;
    },
  );
}
