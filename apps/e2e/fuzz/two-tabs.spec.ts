import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { memoryStorage } from '@parley/client';
import type { Message } from '@parley/protocol';
import { eventually, type TestUser } from '@parley/testkit';
import { Device } from './device.js';
import { createFixture, type Fixture } from './fixture.js';
import { Random } from './random.js';
import { openVenue, type Query, type Venue } from './venue.js';

const MESSAGES = 20;

describe('two tabs of one person', () => {
  let venue: Venue;
  let fixture: Fixture;
  let reader: TestUser;
  let speaker: TestUser;
  let conversationId: string;
  let tabs: [Device, Device];
  let messages: Message[];

  beforeAll(async () => {
    venue = await openVenue('postgres', false);
  });

  afterAll(() => venue.close());

  beforeEach(async () => {
    fixture = await createFixture(venue.url, 0, 3, 2);
    [speaker, reader] = fixture.guests as [TestUser, TestUser];
    conversationId = fixture.conversations[0] as string;
    messages = [];
    for (let number = 0; number < MESSAGES; number += 1) {
      // Every fourth one mentions the reader.
      const content = number % 4 === 0 ? `for @${reader.username}` : `number ${number}`;
      messages.push(await speaker.rest.send(conversationId, { content }));
    }
    tabs = [tab('left'), tab('right')];
    for (const each of tabs) each.start();
    await eventually('both tabs are online', () => tabs.every((each) => each.isOnline));
  });

  afterEach(async () => {
    await Promise.all(tabs.map((each) => each.stop()));
  });

  it('G6 S2.20: both read at the same time, and every count is exact everywhere', async () => {
    const [left, right] = tabs;
    left.client.markRead(conversationId, 7);
    right.client.markRead(conversationId, 12);
    await Promise.all(tabs.map((each) => each.client.flush()));
    await expectEverywhere({ unreadCount: 8, mentionCount: 2, lastReadSeq: 12 });
    // While both go on reading, more comes in.
    const more = Array.from({ length: 10 }, () =>
      speaker.rest.send(conversationId, { content: `@${reader.username}` }),
    );
    for (let seq = 13; seq <= MESSAGES; seq += 1) (seq % 2 ? left : right).client.markRead(conversationId, seq);
    await Promise.all([...more, ...tabs.map((each) => each.client.flush())]);
    await expectEverywhere({ unreadCount: 10, mentionCount: 10, lastReadSeq: MESSAGES });
  });

  it('G6: reading backwards moves nothing', async () => {
    const [left, right] = tabs;
    left.client.markRead(conversationId, 15);
    await left.client.flush();
    await expectEverywhere({ unreadCount: 5, mentionCount: 1, lastReadSeq: 15 });
    const receipts = (await row()).receipts;
    right.client.markRead(conversationId, 3);
    await right.client.flush();
    const path = `/conversations/${conversationId}/read`;
    const told = await right.client.request<Record<string, unknown>>('POST', path, { seq: 3 });
    expect(told).toMatchObject({ lastReadSeq: 15, unreadCount: 5, mentionCount: 1 });
    const again = await left.client.request<Record<string, unknown>>('POST', path, { messageId: messages[0]?.id });
    expect(again).toMatchObject({ lastReadSeq: 15, unreadCount: 5, mentionCount: 1 });
    expect((await row()).receipts).toBe(receipts);
    await expectEverywhere({ unreadCount: 5, mentionCount: 1, lastReadSeq: 15 });
  });

  it('G5 G6: a message of another conversation cannot be read here, and moves nothing', async () => {
    const other = fixture.conversations[1] as string;
    const elsewhere = await (fixture.guests[1] as TestUser).rest.send(other, { content: 'elsewhere' });
    for (const each of tabs) {
      for (const verb of ['read', 'delivered']) {
        const path = `/conversations/${conversationId}/${verb}`;
        await expect(each.client.request('POST', path, { messageId: elsewhere.id })).rejects.toMatchObject({
          code: 'not_found',
        });
      }
    }
    await expectEverywhere({ unreadCount: 20, mentionCount: 5, lastReadSeq: 0 });
  });

  interface Counts {
    unreadCount: number;
    mentionCount: number;
    lastReadSeq: number;
  }

  /** On both tabs, in the list, in what REST counts as unread, and by the rows. */
  async function expectEverywhere(expected: Counts): Promise<void> {
    const shown = () =>
      tabs.map((each) => {
        const view = each.client.conversation(conversationId).getSnapshot();
        return { unreadCount: view?.unreadCount, mentionCount: view?.mentionCount, lastReadSeq: view?.lastReadSeq };
      });
    const agree = () => shown().every((counts) => JSON.stringify(counts) === JSON.stringify(expected));
    await eventually('both tabs show the counts', agree, 10_000).catch(() => undefined);
    expect(shown()).toEqual([expected, expected]);
    expect(tabs.map((each) => each.client.unread.getSnapshot())).toEqual(
      tabs.map(() => ({ total: expected.unreadCount, mentions: expected.mentionCount })),
    );
    const item = (await reader.rest.conversations()).find(({ id }) => id === conversationId);
    expect(item).toMatchObject(expected);
    const { unreadCount, mentionCount } = expected;
    expect(await reader.rest.unread()).toEqual({
      items: [{ conversationId, unreadCount, mentionCount }],
      total: unreadCount,
    });
    expect(await row()).toMatchObject({ unread: unreadCount, mentioned: mentionCount, read: expected.lastReadSeq });
  }

  async function row(): Promise<Record<string, unknown>> {
    const [found] = await (venue.query as Query)(
      `SELECT p.last_read_seq::int AS read, r.receipts::int AS receipts,
              (SELECT count(*)::int FROM messages m WHERE m.conversation_id = p.conversation_id
                  AND m.seq > p.last_read_seq AND m.type <> 'system') AS unread,
              (SELECT count(*)::int FROM messages m WHERE m.conversation_id = p.conversation_id
                  AND m.seq > p.last_read_seq AND p.user_id = ANY (m.mentions) AND m.deleted_at IS NULL) AS mentioned
         FROM conversation_participants p
         JOIN conversation_receipts r ON r.conversation_id = p.conversation_id
        WHERE p.conversation_id = $1 AND p.user_id = $2`,
      [conversationId, reader.id],
    );
    return found as Record<string, unknown>;
  }

  function tab(name: string): Device {
    const storage = memoryStorage();
    const openStorage = () => storage;
    return new Device({ name, url: venue.url, guest: reader, openStorage, random: new Random(name) });
  }
});
