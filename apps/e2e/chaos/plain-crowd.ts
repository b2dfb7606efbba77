import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostToken, RestClient } from '@parley/testkit';
import { PlainClient, type PlainOptions } from './plain-client.js';

export interface CrowdOptions {
  /** Where conversations are made and spoken in. */
  url: string;
  count: number;
  /** Where each client connects, by its place; at `url` where missing. */
  urlOf?: (place: number) => string;
  /** How each client connects, by its place, beside its defaults. */
  optionsOf?: (place: number) => PlainOptions;
  /** Milliseconds between two messages in each of its conversations. */
  everyMs?: number;
}

interface Talk {
  id: string;
  speaker: RestClient;
  clients: PlainClient[];
  /** Messages that were acknowledged. */
  said: number;
}

/** With its owner. */
const MEMBERS = 100;
const LOOK_MS = 50;
const PATIENCE_MS = 5_000;
/** So many connect at a time: their arrival is not what is tested. */
const AT_ONCE = 50;

/** Plain clients in conversations of their own, in each of which somebody speaks at an even pace. */
export class PlainCrowd {
  private readonly speaking: Promise<void>[] = [];
  private isSilent = false;

  private constructor(
    private readonly talks: readonly Talk[],
    private readonly everyMs: number,
  ) {}

  /** Resolves when all are connected and have caught up. */
  static async gather(options: CrowdOptions): Promise<PlainCrowd> {
    const { count, everyMs = 250 } = options;
    const talks: Talk[] = [];
    for (let first = 0; first < count; first += MEMBERS - 1) {
      talks.push(await talk(options, first, Math.min(MEMBERS - 1, count - first)));
    }
    const crowd = new PlainCrowd(talks, everyMs);
    if (await crowd.complete(60)) return crowd;
    crowd.close();
    throw new Error(`Not all of ${count} plain clients could connect.`);
  }

  get clients(): PlainClient[] {
    return this.talks.flatMap(({ clients }) => clients);
  }

  /** Somebody speaks in each conversation until `silence`; what is not acknowledged is sent again. */
  speak(): void {
    for (const each of this.talks) this.speaking.push(this.keepSpeaking(each));
  }

  async silence(): Promise<void> {
    this.isSilent = true;
    await Promise.all(this.speaking);
  }

  /** Says something long in each conversation, so many times in all and `atOnce` at a time. */
  async say({ times, atOnce, content }: { times: number; atOnce: number; content: string }): Promise<void> {
    let left = times;
    const lane = async (each: Talk) => {
      while (left > 0) {
        left -= 1;
        await insist(each, content);
      }
    };
    await Promise.all(this.talks.flatMap((each) => Array.from({ length: atOnce }, () => lane(each))));
  }

  /** Waits until all of these are connected and have caught up. False where that does not happen in so many seconds. */
  async complete(seconds: number, clients: readonly PlainClient[] = this.clients): Promise<boolean> {
    const end = performance.now() + seconds * 1_000;
    while (!clients.every(({ isConnected, isCaughtUp }) => isConnected && isCaughtUp)) {
      if (performance.now() > end) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  /** What does not hold: everyone is there, has every message that was acknowledged, and heard no hole. */
  async faults(seconds: number, clients: readonly PlainClient[] = this.clients): Promise<string[]> {
    const isComplete = await this.complete(seconds, clients);
    const chosen = new Set(clients);
    const lacking = () =>
      this.talks.reduce((sum, { clients: own, said }) => {
        const behind = own.filter((client) => chosen.has(client) && client.seen.size < said);
        return sum + behind.length;
      }, 0);
    // What was said last is on its way.
    for (const end = performance.now() + 5_000; lacking() > 0 && performance.now() < end; ) await sleep(LOOK_MS);
    const away = clients.filter(({ isConnected }) => !isConnected).length;
    const holes = clients.reduce((sum, client) => sum + client.holes, 0);
    return [
      ...(isComplete ? [] : [`${away} of ${clients.length} plain clients are not connected after ${seconds} s.`]),
      ...(lacking() > 0 ? [`${lacking()} of ${clients.length} plain clients miss messages.`] : []),
      ...(holes > 0 ? [`Plain clients heard ${holes} holes.`] : []),
    ];
  }

  /** Seconds from that moment (`performance.now()`) until the last of them had caught up. */
  backWithin(from: number, clients: readonly PlainClient[] = this.clients): number {
    return Math.max(...clients.map(({ caughtUpAt }) => caughtUpAt - from)) / 1_000;
  }

  close(): void {
    this.isSilent = true;
    for (const client of this.clients) client.close();
  }

  private async keepSpeaking(each: Talk): Promise<void> {
    for (let n = 1; !this.isSilent; n += 1) {
      await insist(each, `plain ${n}`);
      await sleep(this.everyMs);
    }
  }
}

async function talk(options: CrowdOptions, first: number, count: number): Promise<Talk> {
  const { url, urlOf = () => url, optionsOf = () => ({}) } = options;
  const run = randomUUID().slice(0, 8);
  const people = Array.from({ length: count }, (_, i) => ({ externalId: `plain-${run}-${i}`, name: `Plain ${i}` }));
  const owner = await hostToken({ externalId: `plain-${run}`, name: 'Speaker' }, undefined, { provision: true });
  const speaker = new RestClient(url, owner);
  const { id, version } = await speaker.createConversation({ type: 'group', name: 'Plain', memberIds: people });
  const made: Talk = { id, speaker, clients: [], said: 0 };
  for (const [i, person] of people.entries()) {
    const place = first + i;
    const token = await hostToken(person);
    const follows = { conversation: id, version };
    made.clients.push(new PlainClient(urlOf(place), token, follows, optionsOf(place)));
    if (i % AT_ONCE === AT_ONCE - 1) await sleep(LOOK_MS * 5);
  }
  return made;
}

/** Until it is acknowledged. */
async function insist(each: Talk, content: string): Promise<void> {
  const clientMessageId = randomUUID();
  for (;;) {
    const sending = each.speaker.send(each.id, { content, clientMessageId }).catch(() => null);
    // A connection that hangs would be waited for much longer.
    if (await Promise.race([sending, sleep(PATIENCE_MS, null, { ref: false })])) break;
    await sleep(LOOK_MS);
  }
  each.said += 1;
}
