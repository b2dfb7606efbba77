import { createClient } from 'redis';
import type { Random } from '../../fuzz/random.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const SECONDS = 12;
const LOOK_SECONDS = 0.5;
const LONGEST_MS = 3_000;
/** The bytes of a node's envelope around a message: its sender, and the proof. */
const ENVELOPE = 30;

/** F32: a program in Redis publishes again what nodes publish to each other, as it was or changed, on every channel. */
export const strangersInRedis: Row = {
  id: 'F32',
  title: 'somebody else publishes in Redis, what was said or something made of that',
  nodes: 2,
  check: { recovery: 10 },
  async run(stage) {
    const stranger = new Stranger(stage);
    await stage.pass(2);
    await stage.fault('forged messages in Redis', {}, () => stranger.act());
    stage.figure('published by a stranger', String(stranger.published));
    stage.must(stranger.published > 100, `Only ${stranger.published} messages were forged.`);
    await stage.pass(2);
  },
};

class Stranger {
  published = 0;
  private readonly heard = new Map<string, string>();
  private readonly late = new Set<NodeJS.Timeout>();

  constructor(private readonly stage: Stage) {}

  async act(): Promise<void> {
    const client = createClient({ url: this.stage.fleet.redis.url, RESP: 3 });
    client.on('error', () => undefined);
    await client.connect();
    const hear = (message: string, channel: string) => {
      const isOwn = this.heard.get(channel) === message;
      this.heard.set(channel, message);
      if (!isOwn) this.later(() => client.sPublish(this.channel(channel), forged(message, this.stage.random)));
    };
    const known = new Set<string>();
    for (let passed = 0; passed < SECONDS; passed += LOOK_SECONDS) {
      const channels = (await client.sendCommand(['PUBSUB', 'SHARDCHANNELS'])) as unknown as string[];
      for (const channel of channels) {
        if (known.has(channel) || channel.includes('beat:')) continue;
        known.add(channel);
        await client.sSubscribe(channel, hear);
      }
      await this.stage.pass(LOOK_SECONDS);
    }
    for (const timer of this.late) clearTimeout(timer);
    client.destroy();
  }

  private later(publish: () => Promise<unknown>): void {
    if (this.late.size > 200) return;
    const timer = setTimeout(() => {
      this.late.delete(timer);
      this.published += 1;
      void publish().catch(() => undefined);
    }, this.stage.random.below(LONGEST_MS));
    this.late.add(timer);
  }

  /** Mostly the one on which it was published. */
  private channel(said: string): string {
    const { random } = this.stage;
    return random.chance(0.8) ? said : ([...this.heard.keys()][random.below(this.heard.size)] ?? said);
  }
}

function forged(message: string, random: Random): string {
  const other = `${random.below(10)}${message.slice(1)}`;
  switch (random.below(5)) {
    case 0:
      return message;
    case 1:
      return other.replace(/"version":(\d+)/g, (_, version: string) => `"version":${Number(version) + 1}`);
    case 2:
      return other.replace(/"content":"[^"]*"/, '"content":"never said"');
    case 3:
      return other.slice(ENVELOPE);
    default:
      return other.slice(0, random.below(other.length));
  }
}
