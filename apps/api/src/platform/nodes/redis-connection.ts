import { createClient } from 'redis';
import type { LinkConnection, OnMessage } from './link-connection.js';
import { readTopology } from './redis-topology.js';

interface Mode {
  publish: 'sPublish' | 'publish';
  subscribe: 'sSubscribe' | 'subscribe';
  unsubscribe: 'sUnsubscribe' | 'unsubscribe';
}

/** Sharded pub/sub, where Redis has it (7 and later). */
const SHARDED: Mode = { publish: 'sPublish', subscribe: 'sSubscribe', unsubscribe: 'sUnsubscribe' };
const PLAIN: Mode = { publish: 'publish', subscribe: 'subscribe', unsubscribe: 'unsubscribe' };

const OPENING_MS = 3_000;
/** So many channels are named in one command. */
const AT_A_TIME = 500;

/** How often a Redis is asked what it is by now. */
const ASK_EVERY_MS = 3_000;
/** After so many bad answers in a row a node of a cluster is left. */
const MOST_BAD = 2;

type RedisClient = ReturnType<typeof newClient>;

/** What a connection to Redis tells. */
export interface RedisListeners {
  onMessage: OnMessage;
  /** With `host:port` of each node of the cluster, again and again; never where it is of none. */
  onNodes(addresses: readonly string[]): void;
}

/**
 * One attempt at a connection to Redis that publishes and subscribes (RESP 3 allows both on one), so that a node's own
 * messages come back on it. After a failure it is of no use; the caller opens another.
 */
export class RedisConnection implements LinkConnection {
  private mode: Mode = SHARDED;
  private readonly whenEnded = Promise.withResolvers<Error>();
  private readonly listener: (payload: Buffer, channel: Buffer) => void;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  private constructor(
    private readonly client: RedisClient,
    private readonly listeners: RedisListeners,
  ) {
    this.listener = (payload, channel) => listeners.onMessage(channel.toString(), payload);
    // Without a listener an `error` would end the process.
    client.on('error', (fault: Error) => this.destroy(fault));
  }

  /** Resolves once it is connected; rejects after three seconds. The URL is `redis:` or `rediss:`. */
  static async open(url: string, listeners: RedisListeners): Promise<RedisConnection> {
    const connection = new RedisConnection(newClient(url), listeners);
    // A Redis that was stopped accepts connections and never answers.
    const timer = setTimeout(() => connection.destroy(new Error('Redis did not answer in time.')), OPENING_MS);
    try {
      await Promise.race([connection.connect(), connection.ended.then((fault) => Promise.reject(fault))]);
      return connection;
    } catch (fault) {
      connection.destroy(fault as Error);
      throw fault;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves, with the reason, once this connection is over. Never rejects. */
  get ended(): Promise<Error> {
    return this.whenEnded.promise;
  }

  /** Resolves once Redis has it; rejects where the connection is lost before. */
  async publish(channel: string, payload: string): Promise<void> {
    await this.client[this.mode.publish](channel, payload);
  }

  /** Resolves once Redis has confirmed all of them. */
  async subscribe(channels: readonly string[]): Promise<void> {
    await inPieces(channels, async (some) => this.client[this.mode.subscribe](some, this.listener, true));
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    await inPieces(channels, async (some) => this.client[this.mode.unsubscribe](some, this.listener, true));
  }

  destroy(why: Error): void {
    this.whenEnded.resolve(why);
    this.isOver = true;
    clearInterval(this.timer);
    this.client.destroy();
  }

  private async connect(): Promise<void> {
    await this.client.connect();
    const info = await this.client.info().catch(() => '');
    const [, major = '7'] = /redis_version:(\d+)/.exec(info) ?? [];
    const isOfCluster = info.includes('cluster_enabled:1');
    // A node of a cluster hands plain messages to all others; of sharded ones it takes those of its own slots only.
    if (Number(major) < 7 || isOfCluster) this.mode = PLAIN;
    if (isOfCluster) return this.followCluster();
    if (isReplica(info)) throw new Error(REPLICA);
    this.followRole();
  }

  /** One that others have made a replica lets its clients stay, and keeps what is published there from all other nodes. */
  private followRole(): void {
    if (this.isOver) return;
    const look = async () => {
      const info = await this.client.info('replication').catch(() => '');
      if (isReplica(info)) this.destroy(new Error(REPLICA));
    };
    this.timer = setInterval(() => void look(), ASK_EVERY_MS);
  }

  /** Plain messages need the others, and not their slots: this node stays in use until it has lost most of them. */
  private async followCluster(): Promise<void> {
    if (!(await this.isWithMajority())) throw new Error(CUT_OFF);
    if (this.isOver) return;
    let bad = 0;
    const look = async () => {
      bad = (await this.isWithMajority()) ? 0 : bad + 1;
      if (bad >= MOST_BAD) this.destroy(new Error(CUT_OFF));
    };
    this.timer = setInterval(() => void look(), ASK_EVERY_MS);
  }

  private async isWithMajority(): Promise<boolean> {
    // Who may not ask goes by the addresses that were given.
    const answer = await this.client.clusterNodes().catch(() => null);
    if (answer === null) return true;
    const { addresses, hasMajority } = readTopology(answer);
    if (hasMajority) this.listeners.onNodes(addresses);
    return hasMajority;
  }
}

const REPLICA = 'this Redis is a replica';
const isReplica = (info: string): boolean => info.includes('role:slave');
const CUT_OFF = 'this node of the Redis cluster has lost most of the others, or was never joined to any';

function newClient(url: string) {
  return createClient({
    url,
    RESP: 3,
    // A command without a connection fails at once instead of waiting in a queue for one.
    disableOfflineQueue: true,
    // The heartbeat finds out sooner and costs no timer for each command.
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    socket: { connectTimeout: OPENING_MS, reconnectStrategy: false },
  });
}

async function inPieces(channels: readonly string[], act: (some: string[]) => Promise<void>): Promise<void> {
  const pieces: Promise<void>[] = [];
  for (let at = 0; at < channels.length; at += AT_A_TIME) pieces.push(act(channels.slice(at, at + AT_A_TIME)));
  await Promise.all(pieces);
}
