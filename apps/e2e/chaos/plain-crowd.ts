import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SendMessageBody } from '@parley/protocol';
import { hostToken, inTurnOf, RestClient, type Transport } from '@parley/testkit';
import { PlainClient, type PlainOptions } from './plain-client.js';

export interface CrowdOptions {
  /** Where conversations are made and messages sent. */
  url: string;
  count: number;
  /** Those of the clients, in turn. */
  transports: readonly Transport[];
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
const TIMEOUT_MS = 5_000;
const CONNECT_SECONDS = 120;
/** So many connect at a time: their arrival is not what is tested. */
const AT_ONCE = 50;

/** Plain clients in conversations of their own, in each of which one member sends at an even pace. */
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
    if (await crowd.complete(CONNECT_SECONDS)) return crowd;
    const faults = await crowd.faults(0);
    crowd.close();
    throw new Error(`Not all of ${count} plain clients could connect: ${faults.join(' ')}`);
  }

  get clients(): PlainClient[] {
    return this.talks.flatMap(({ clients }) => clients);
  }

  /** One member sends in each conversation until `silence`; what is not acknowledged is sent again. */
  speak(): void {
    for (const each of this.talks) this.speaking.push(this.keepSpeaking(each));
  }

  async silence(): Promise<void> {
    this.isSilent = true;
    await Promise.all(this.speaking);
  }

  /** Sends so many messages at once in each conversation, each of so many bytes. */
  async say({ times, bytes }: { times: number; bytes: number }): Promise<void> {
    const large = { content: '', type: 'data' as const, metadata: { filling: 'x'.repeat(bytes) } };
    await Promise.all(this.talks.flatMap((each) => Array.from({ length: times }, () => insist(each, large))));
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

  /** What does not hold within so many seconds: everyone is there, has every message, and saw no hole. */
  async faults(seconds: number, clients: readonly PlainClient[] = this.clients): Promise<string[]> {
    const chosen = new Set(clients);
    const behind = () =>
      this.talks.flatMap(({ clients: own, said }) => own.filter((each) => chosen.has(each) && each.seen.size < said));
    for (const end = performance.now() + seconds * 1_000; performance.now() < end; await sleep(LOOK_MS)) {
      if (clients.every(({ isConnected, isCaughtUp }) => isConnected && isCaughtUp) && behind().length === 0) break;
    }
    const away = clients.filter(({ isConnected }) => !isConnected);
    const lacking = behind();
    const holed = clients.filter(({ holes }) => holes > 0);
    const some = (those: readonly PlainClient[]) =>
      `${those.length} of ${clients.length} plain clients (${transportsOf(those).join(', ')})`;
    return [
      ...(away.length > 0 ? [`${some(away)} are not connected after ${seconds} s.`] : []),
      ...(lacking.length > 0 ? [`${some(lacking)} miss messages after ${seconds} s.`] : []),
      ...(holed.length > 0 ? [`${some(holed)} heard holes.`] : []),
    ];
  }

  /** Seconds from that moment (`performance.now()`) until the last of them had caught up. */
  backWithin(from: number, clients: readonly PlainClient[] = this.clients): number {
    return Math.max(...clients.map(({ caughtUpAt }) => caughtUpAt - from)) / 1_000;
  }

  /** Why connections over these transports ended, each reason once. */
  closings(transports: readonly Transport[]): string[] {
    const those = this.clients.filter(({ transport }) => transports.includes(transport));
    return [...new Set(those.flatMap(({ closings }) => closings))];
  }

  close(): void {
    this.isSilent = true;
    for (const client of this.clients) client.close();
  }

  private async keepSpeaking(each: Talk): Promise<void> {
    for (let n = 1; !this.isSilent; n += 1) {
      await insist(each, { content: `plain ${n}` });
      await sleep(this.everyMs);
    }
  }
}

const transportsOf = (clients: readonly PlainClient[]): Transport[] => [
  ...new Set(clients.map(({ transport }) => transport)),
];

async function talk(options: CrowdOptions, first: number, count: number): Promise<Talk> {
  const { url, transports, urlOf = () => url, optionsOf = () => ({}) } = options;
  const run = randomUUID().slice(0, 8);
  const people = Array.from({ length: count }, (_, i) => ({ externalId: `plain-${run}-${i}`, name: `Plain ${i}` }));
  const owner = await hostToken({ externalId: `plain-${run}`, name: 'Speaker' }, undefined, { provision: true });
  const speaker = new RestClient(url, owner);
  const id = randomUUID();
  const begin = () => speaker.createConversation({ id, type: 'group', name: 'Plain', memberIds: people });
  const { version } = await untilGiven(() => begin().catch(() => null));
  const made: Talk = { id, speaker, clients: [], said: 0 };
  for (const [i, person] of people.entries()) {
    const place = first + i;
    const token = await hostToken(person);
    const follows = { conversation: id, version };
    const how = { transport: inTurnOf(transports, place), ...optionsOf(place) };
    made.clients.push(new PlainClient(urlOf(place), token, follows, how));
    if (i % AT_ONCE === AT_ONCE - 1) await sleep(LOOK_MS * 5);
  }
  return made;
}

/** Until it is acknowledged. */
async function insist(each: Talk, body: SendMessageBody): Promise<void> {
  const clientMessageId = randomUUID();
  await untilGiven(() => each.speaker.send(each.id, { ...body, clientMessageId }).catch(() => null));
  each.said += 1;
}

/** Tries again and again; a connection that hangs would be waited for much longer than another one takes. */
async function untilGiven<T>(ask: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const given = await Promise.race([ask(), sleep(TIMEOUT_MS, null, { ref: false })]);
    if (given !== null) return given;
    await sleep(LOOK_MS);
  }
}
