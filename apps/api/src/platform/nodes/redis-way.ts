import type { LinkWay } from './link-connection.js';
import { RedisConnection } from './redis-connection.js';

/** The way over Redis: at one address (`redis:` or `rediss:`), or at whichever of several answers. */
export function redisWay(urls: readonly string[]): LinkWay {
  const addresses = new RedisAddresses(urls);
  return {
    part: 'redis',
    open: async (onMessage) => {
      const url = addresses.next();
      try {
        return await RedisConnection.open(url, { onMessage, onNodes: (found) => addresses.learn(found, url) });
      } catch (fault) {
        throw addresses.isOne
          ? fault
          : new Error(`${new URL(url).host}: ${(fault as Error).message}`, { cause: fault });
      }
    },
  };
}

/** The addresses that were given and those that their cluster names: each attempt takes the next one. */
class RedisAddresses {
  /** Of a cluster that has moved since, none of those that were given may be left. */
  private learned: readonly string[] = [];
  /** Not all nodes of a deployment begin with the first one. */
  private turn = Math.floor(Math.random() * 1_000);

  constructor(private readonly given: readonly string[]) {}

  get isOne(): boolean {
    return this.all.length === 1;
  }

  next(): string {
    const { all } = this;
    this.turn += 1;
    return all[this.turn % all.length] as string;
  }

  /** @param found `host:port` of each; what else an address says is taken from the one that named them. */
  learn(found: readonly string[], by: string): void {
    this.learned = found.map((host) => Object.assign(new URL(by), { host }).href);
  }

  private get all(): readonly string[] {
    return [...new Set([...this.given.map((url) => new URL(url).href), ...this.learned])];
  }
}
