import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memoryStorage } from '@parley/client';
import { type CommandName, type Commands, LIMITS } from '@parley/protocol';
import { eventually, ScriptedClient, TestUser } from '@parley/testkit';
import { Device } from './device.js';
import { fetchFresh } from './fresh-state.js';
import { Random } from './random.js';
import { compareStore } from './store-oracle.js';
import { openVenue, type Venue } from './venue.js';
import type { SyncPage } from './wire-log.js';

/** Messages are written in batches. */
const MESSAGES_AT_ONCE = 256;
/** Other changes of a conversation wait for each other. */
const CHANGES_AT_ONCE = 16;
const OTHERS = 500;
const WAIT_MS = 30_000;

describe('a device that was away', () => {
  let venue: Venue;
  let speaker: ScriptedClient;
  let conversationId: string;
  /** Messages that both hold before they go. */
  let earlier: string[];
  /** Has only this conversation. */
  let lone: Device;
  /** Has it, and 500 others in which nothing happens. */
  let busy: Device;

  beforeAll(async () => {
    venue = await openVenue('postgres', false);
    const host = await guest('host');
    const [one, two] = [await guest('lone'), await guest('busy')];
    const memberIds = [one.id, two.id];
    ({ id: conversationId } = await host.rest.createConversation({ type: 'group', name: 'Lively', memberIds }));
    const quiet = Array.from({ length: OTHERS }, (_, number) => `Quiet ${number}`);
    await inFlight(quiet, (name) => host.rest.createConversation({ type: 'group', name, memberIds: [two.id] }));
    speaker = await ScriptedClient.connect(venue.url, host.token);
    earlier = await say(100);
    [lone, busy] = [device('lone', one), device('busy', two)];
    for (const each of [lone, busy]) {
      each.start();
      await online(each);
      each.open(conversationId);
      await eventually(
        'the device shows messages',
        () => each.client.messages(conversationId).getSnapshot().isLoaded,
        WAIT_MS,
      );
    }
  });

  afterAll(async () => {
    await Promise.all([lone, busy].map((each) => each.stop()));
    speaker.close();
    await venue.close();
  });

  it('G4 S4.22: comes back right with one sync of a few pages, however many conversations have not changed', async () => {
    const absences = [lone, busy].map(leave);
    const said = await say(1000);
    await inFlight([...earlier.slice(0, 60), ...said.slice(0, 140)], (messageId) =>
      command('message:edit', { messageId, content: 'said otherwise' }),
    );
    await inFlight([...earlier.slice(60, 80), ...said.slice(140, 170)], (messageId) =>
      command('message:delete', { messageId }),
    );
    await inFlight([...earlier.slice(80), ...said.slice(170, 450)], (messageId) =>
      command('reaction:add', { messageId, emoji: '👍' }),
    );
    const told: WayBack[] = [];
    for (const absence of absences) told.push(await absence.end());
    for (const { pages, resets } of told) {
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.length).toBeLessThanOrEqual(4);
      expect(pages.slice(0, -1).every(({ answer }) => answer.hasMore)).toBe(true);
      expect(pages.at(-1)?.answer.hasMore).toBe(false);
      expect(resets).toEqual([]);
      for (const { answer } of pages) expect(Object.keys(answer.conversations)).toEqual([conversationId]);
    }
    const [alone, amongMany] = told.map(({ bytes }) => bytes) as [number, number];
    expect(Math.abs(amongMany - alone)).toBeLessThan(alone / 100);
  });

  it('G4: comes back right by a reset after 20,000 messages, without loading them', async () => {
    const absences = [lone, busy].map(leave);
    await say(20_000);
    for (const absence of absences) {
      const { pages, rows, resets } = await absence.end();
      expect(resets).toEqual([conversationId]);
      expect(pages.length).toBeLessThanOrEqual(2);
      expect(rows).toBeLessThanOrEqual(300);
    }
  });

  function guest(name: string): Promise<TestUser> {
    return TestUser.ofHost(venue.url, { externalId: `away-${name}`, name });
  }

  function device(name: string, of: TestUser): Device {
    const storage = memoryStorage();
    return new Device({ name, url: venue.url, guest: of, openStorage: () => storage, random: new Random(name) });
  }

  async function command<Name extends CommandName>(name: Name, payload: Commands[Name]['payload']) {
    const answer = await speaker.command(name, payload);
    if (!answer.success) throw new Error(`${name}: ${answer.error.code}`);
    return answer;
  }

  /** Ids of new messages. */
  async function say(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    const send = async (clientMessageId: string, index: number) => {
      const content = `Number ${index}`;
      return (await command('message:send', { conversationId, clientMessageId, content })).messageId;
    };
    return inFlight(ids, send, MESSAGES_AT_ONCE);
  }

  /** Cuts a device off. `end` brings it back, compares it with a fresh fetch, and returns what its way back took. */
  function leave(away: Device): { end: () => Promise<WayBack> } {
    away.line.leave();
    const before = { syncs: away.wire.syncs.length, opens: away.wire.opens, requests: away.line.requests.length };
    const end = async () => {
      away.line.comeBack();
      await online(away);
      const list = await away.guest.rest.conversations();
      const head = list.find(({ id }) => id === conversationId)?.version;
      const version = () => away.client.conversation(conversationId).getSnapshot()?.version;
      await eventually('the device has caught up', () => version() === head, WAIT_MS);
      const pages = away.wire.syncs.slice(before.syncs);
      let faults = ['never compared'];
      const isRight = async () => {
        faults = await faultsOf(away);
        return faults.length === 0;
      };
      await eventually('the device shows what the server has', isRight, WAIT_MS).catch(() => undefined);
      expect(faults).toEqual([]);
      const asked = away.line.requests.slice(before.requests).filter((path) => path.includes('/messages?'));
      return wayBack(pages, asked.length + away.wire.opens - before.opens);
    };
    return { end };
  }

  async function faultsOf(away: Device): Promise<string[]> {
    return compareStore(away.client, await fetchFresh(away.guest.rest, new Set([conversationId])));
  }
});

interface WayBack {
  pages: SyncPage[];
  bytes: number;
  /** Of messages and members, in answers of syncs or the largest pages of a history. */
  rows: number;
  resets: string[];
}

function wayBack(pages: SyncPage[], pagesOfHistory: number): WayBack {
  const told = pages.flatMap(({ answer }) => Object.values(answer.conversations));
  const full = told.filter((one) => 'messages' in one);
  const rows = full.reduce((sum, { messages, members }) => sum + messages.length + members.length, 0);
  return {
    pages,
    bytes: pages.reduce((sum, page) => sum + page.bytes, 0),
    rows: rows + pagesOfHistory * LIMITS.pageMax,
    resets: full.filter(({ reset }) => reset).map(({ conversation }) => conversation.id),
  };
}

async function online(device: Device): Promise<void> {
  const isOnline = () => {
    if (!device.isOnline) device.client.retryNow();
    return device.isOnline;
  };
  await eventually(`${device.name} is online`, isOnline, WAIT_MS);
}

async function inFlight<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
  lanes = CHANGES_AT_ONCE,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
