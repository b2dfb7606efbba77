import { createClient } from 'redis';
import type { LinkConnection, LinkWay, OnMessage } from './link-connection.js';

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

type RedisClient = ReturnType<typeof newClient>;

/** The way over the Redis at a URL, `redis:` or `rediss:`. */
export const redisWay = (url: string): LinkWay => ({
  part: 'redis',
  open: (onMessage) => RedisConnection.open(url, onMessage),
});

/**
 * One attempt at a connection to Redis that publishes and subscribes (RESP 3 allows both on one), so that a node's own
 * messages come back on it. After a failure it is of no use; the caller opens another.
 */
class RedisConnection implements LinkConnection {
  private mode: Mode = SHARDED;
  private readonly whenEnded = Promise.withResolvers<Error>();
  private readonly listener: (payload: Buffer, channel: Buffer) => void;

  private constructor(
    private readonly client: RedisClient,
    onMessage: OnMessage,
  ) {
    this.listener = (payload, channel) => onMessage(channel.toString(), payload);
    // Without a listener an `error` would end the process.
    client.on('error', (fault: Error) => this.destroy(fault));
  }

  /** Resolves once it is connected; rejects after three seconds. The URL is `redis:` or `rediss:`. */
  static async open(url: string, onMessage: OnMessage): Promise<RedisConnection> {
    const connection = new RedisConnection(newClient(url), onMessage);
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
    this.client.destroy();
  }

  private async connect(): Promise<void> {
    await this.client.connect();
    const info = await this.client.info().catch(() => '');
    const [, major = '7'] = /redis_version:(\d+)/.exec(info) ?? [];
    // A node of a cluster hands plain messages to all others; of sharded ones it takes those of its own slots only.
    if (Number(major) < 7 || info.includes('cluster_enabled:1')) this.mode = PLAIN;
  }
}

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
