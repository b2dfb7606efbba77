import { setTimeout as sleep } from 'node:timers/promises';
import { ParleyClient } from '@parley/client';
import { eventually, type TestUser } from '@parley/testkit';
import type { Device } from './device.js';
import { type Figures, shownBy, sumUp } from './figures.js';
import type { Fixture } from './fixture.js';
import { type FreshState, fetchFresh } from './fresh-state.js';
import type { SeedRecord } from './rows-oracle.js';
import { compareStore } from './store-oracle.js';
import { checkVersions } from './versions-oracle.js';

interface Inspected {
  seed: number;
  url: string;
  fixture: Fixture;
  devices: Device[];
}

/** Marks that were on their way when all had landed may still move a watermark or two. */
const SETTLING_MS = 6_000;

/** Compares all devices with a fresh fetch, and notes what is to be compared with the rows. */
export async function inspect({
  seed,
  url,
  fixture,
  devices,
}: Inspected): Promise<{ faults: string[]; record: SeedRecord; compared: Figures }> {
  const faults: string[] = [];
  const compared: Figures[] = [];
  for (const guest of fixture.guests) {
    const own = devices.filter((device) => device.guest === guest);
    const truth = new Truth(guest);
    faults.push(...(await truth.against(...own.map((device) => named('(a)', device.name, device.client)))));
    compared.push(...own.map(({ client }) => shownBy(client)));
    // What a device knows beside what it shows: when it reads on, its ranges have to join.
    await Promise.all(own.map((device) => readAll(device.client, (id) => device.open(id))));
    faults.push(...(await truth.against(...own.map(({ name, client }) => named('(a)', `${name}, all of it`, client)))));
    compared.push(...own.map(({ client }) => shownBy(client)));
    faults.push(...(await untouched(url, truth)));
  }
  for (const device of devices) {
    faults.push(...checkVersions(device.log).map((fault) => `(c) ${device.name}: ${fault}`));
    faults.push(...device.wire.faults.map((fault) => `(g) what the server told ${device.name}: ${fault}`));
  }
  return { faults, record: await recordOf(seed, fixture, devices), compared: sumUp(compared) };
}

type Compared = (fresh: FreshState) => string[];

function named(letter: string, name: string, client: ParleyClient): Compared {
  return (fresh) => compareStore(client, fresh).map((fault) => `${letter} ${name}: ${fault}`);
}

/** What a fresh fetch shows one guest; fetched again where something differs, for it may just have been on its way. */
class Truth {
  private state: FreshState | null = null;

  constructor(readonly guest: TestUser) {}

  async against(...comparisons: Compared[]): Promise<string[]> {
    const end = performance.now() + SETTLING_MS;
    for (;;) {
      const state = (this.state ??= await fetchFresh(this.guest.rest));
      const faults = comparisons.flatMap((compare) => compare(state));
      if (faults.length === 0 || performance.now() > end) return faults;
      this.state = null;
      await sleep(300);
    }
  }
}

/** (e) A client that has seen none of it. */
async function untouched(url: string, truth: Truth): Promise<string[]> {
  const client = new ParleyClient({ url, getToken: async () => truth.guest.token });
  client.start();
  try {
    await settled('the fresh client is online', () => client.connection.getSnapshot().state === 'online');
    await readAll(client, (id) => {
      client.messages(id).subscribe(() => undefined);
      client.conversation(id).subscribe(() => undefined);
    });
    return await truth.against(named('(e)', 'an untouched client', client));
  } finally {
    await client.stop();
  }
}

/** Shows each conversation from its first message to its last. */
async function readAll(client: ParleyClient, open: (id: string) => void): Promise<void> {
  for (const { id } of client.conversations.getSnapshot().items) {
    const list = client.messages(id);
    open(id);
    await list.toLatest();
    await settled(
      'the newest page is loaded',
      () => list.getSnapshot().isLoaded && list.getSnapshot().loading === null,
    );
    while (list.getSnapshot().hasOlder && !list.getSnapshot().error) await list.loadOlder();
    await settled('all members are loaded', () => client.conversation(id).getSnapshot()?.membersComplete === true);
  }
}

/** What has not settled in time shows up in the comparison. */
async function settled(what: string, holds: () => boolean): Promise<void> {
  await eventually(what, holds, 15_000).catch(() => undefined);
}

async function recordOf(seed: number, { guests, conversations }: Fixture, devices: Device[]): Promise<SeedRecord> {
  const lists = await Promise.all(
    guests.map(async ({ id: userId, rest }) =>
      (await rest.conversations()).map(({ id, unreadCount, mentionCount }) => ({
        userId,
        conversationId: id,
        unreadCount,
        mentionCount,
      })),
    ),
  );
  const records = devices.map(async (device) => ({
    name: device.name,
    userId: device.guest.id,
    sendings: device.sendings,
    stored: device.stored,
    promised: device.wire.promised,
    outbox: (await device.outbox()).map(({ clientMessageId, failure }) => ({
      clientMessageId,
      failure: failure?.code ?? null,
    })),
  }));
  return { seed, conversations, counts: lists.flat(), devices: await Promise.all(records) };
}
