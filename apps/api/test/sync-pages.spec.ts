import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConversationSync, LIMITS, type Message, type SyncAnswer } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { manyGroups, manyUsers, sayMany } from './masses.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, type Group, type Person, people, succeeded, times } from './people.js';
import { fetched, SyncReader, syncing } from './sync-reader.js';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const START = { version: 0, receipts: 0 };

/** What one answer told of a conversation, `later` where it was only named. */
const told = (answer: SyncAnswer, id: string): ConversationSync | 'later' | undefined => {
  const news = answer.conversations[id];
  return news && !('conversation' in news) ? 'later' : news;
};

const rowsOf = (answer: SyncAnswer): number =>
  Object.keys(answer.conversations).reduce((sum, id) => {
    const news = told(answer, id);
    return news && news !== 'later' ? sum + news.messages.length + news.members.length : sum;
  }, 0);

const bytesOf = (answer: SyncAnswer): number => Buffer.byteLength(JSON.stringify(answer));

/** A group in which that many rows, one a version, are beyond the given position; its members are not told again. */
async function aBacklog(count: number): Promise<Group & { since: { version: number; receipts: number } }> {
  const group = await aGroup(node);
  const { version, receipts } = await group.owner.sees(group.id);
  await sayMany(node, { id: group.id, senderId: group.owner.id, count });
  return { ...group, since: { version, receipts } };
}

describe('an answer', () => {
  it('G8: holds 500 rows over all conversations; those it did not reach are only named', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const ids = await manyGroups(node, [ann], 5);
    for (const id of ids) await sayMany(node, { id, senderId: ann.id, count: 200 });
    const at = { version: 1, receipts: 0 };
    const asked = Object.fromEntries(ids.map((id) => [id, at]));
    const answer = await syncing(ann, { conversations: asked, cursor: 5 });
    expect(rowsOf(answer)).toBe(LIMITS.syncRows);
    expect(answer.hasMore).toBe(true);
    const [first, second, third, fourth, fifth] = ids.map((id) => told(answer, id)) as ConversationSync[];
    for (const whole of [first, second]) expect(whole).toMatchObject({ version: 201, hasMore: false });
    expect(third).toMatchObject({ version: 101, receipts: 0, hasMore: true, conversation: { version: 201 } });
    expect(third?.messages.map(({ version }) => version)).toEqual(times(100, 0).map((_, i) => i + 2));
    expect([fourth, fifth]).toEqual(['later', 'later']);
    for (const id of ids.slice(3)) expect(answer.conversations[id]).toEqual({ ...at, hasMore: true });

    const rest = await syncing(ann, {
      conversations: { ...asked, [ids[2] as string]: { version: 101, receipts: 0 } },
      cursor: 5,
    });
    // In the order of the question: what was taken over is asked for no more.
    expect(Object.keys(rest.conversations)).toEqual(ids);
  });

  it('G8: holds 512 KB, counted as they are sent; one row in any case', async () => {
    const { id, owner } = await aGroup(node);
    const since = { version: (await owner.sees(id)).version, receipts: 0 };
    // A control character takes six bytes in JSON: what is stored says little of what is sent.
    const content = `x${'\u0001'.repeat(LIMITS.contentBytes - 1)}`;
    for (let i = 0; i < 20; i += 1) await owner.say(id, content, { metadata: { long: 'é'.repeat(20_000) } });
    const reader = new SyncReader(owner);
    reader.hold(id, since);
    reader.cursor = 1;
    const answers = await reader.catchUp();
    for (const answer of answers) expect(bytesOf(answer)).toBeLessThanOrEqual(LIMITS.answerBytes);
    expect(answers.map(({ hasMore }) => hasMore)).toEqual([...times(answers.length - 1, true), false]);
    // Nearly full, all but the last.
    for (const answer of answers.slice(0, -1)) expect(bytesOf(answer)).toBeGreaterThan(LIMITS.answerBytes * 0.7);
    expect(reader.held.get(id)?.messages.size).toBe(20);
  });

  it('G8: holds 512 KB of memberships too, whose last messages are large', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const ids = await manyGroups(node, [ann], 12);
    for (const id of ids) await ann.say(id, 'x', { metadata: { long: 'x'.repeat(100_000) } });
    const reader = new SyncReader(ann);
    const gained: string[] = [];
    for (;;) {
      const answer = await syncing(ann, { conversations: {}, cursor: reader.cursor });
      expect(bytesOf(answer)).toBeLessThanOrEqual(LIMITS.answerBytes);
      expect(answer.cursor).toBe(gained.length + answer.added.length);
      gained.push(...answer.added.map(({ id }) => id));
      reader.cursor = answer.cursor;
      if (!answer.hasMore) break;
      expect(answer.added.length).toBe(5);
    }
    expect(gained).toEqual(ids);
  });

  it('G8: of conversations whose last messages are large brings as many as fit, also where only receipts moved', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const ids = await manyGroups(node, [ann], 12);
    for (const id of ids) await ann.say(id, 'x', { metadata: { long: 'x'.repeat(100_000) } });
    await node.rows(
      sql`UPDATE conversation_receipts SET receipts = 3 WHERE conversation_id = ANY (${sql.param(ids)}::uuid[])`,
    );
    const conversations = Object.fromEntries(ids.map((id) => [id, { version: 2, receipts: 0 }]));
    const answer = await syncing(ann, { conversations, cursor: 12 });
    expect(bytesOf(answer)).toBeLessThanOrEqual(LIMITS.answerBytes);
    expect(Object.keys(answer.conversations)).toEqual(ids);
    expect(ids.map((id) => told(answer, id) === 'later')).toEqual([...times(5, false), ...times(7, true)]);
  });

  it('never splits a version: a hundred members who were added at once come together', async () => {
    const { id, owner, since } = await aBacklog(LIMITS.syncRows - 50);
    const memberIds = await manyUsers(node, LIMITS.membersPerRequest);
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds }));
    await owner.say(id, 'after them');
    const before = since.version + LIMITS.syncRows - 50;
    const one = await syncing(owner, { conversations: { [id]: since }, cursor: 1 });
    expect(one.conversations[id]).toMatchObject({ members: [], version: before, hasMore: true });
    expect(rowsOf(one)).toBe(LIMITS.syncRows - 50);
    const two = await syncing(owner, { conversations: { [id]: { version: before, receipts: 0 } }, cursor: 1 });
    const news = two.conversations[id] as ConversationSync;
    expect(new Set(news.members.map(({ user }) => user.id))).toEqual(new Set(memberIds));
    expect(new Set(news.members.map(({ version }) => version))).toEqual(new Set([before + 1]));
    expect(news).toMatchObject({ hasMore: false, messages: [{ type: 'system' }, { content: 'after them' }] });
  });

  it.each([
    ['exactly what an answer holds', LIMITS.syncRows - LIMITS.membersPerRequest, true],
    ['one more than that', LIMITS.syncRows - LIMITS.membersPerRequest + 1, false],
  ])('never splits a version, where the rows are %s', async (_, messages, fits) => {
    const { id, owner, since } = await aBacklog(messages);
    const memberIds = await manyUsers(node, LIMITS.membersPerRequest);
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds }));
    const news = told(await syncing(owner, { conversations: { [id]: since }, cursor: 1 }), id) as ConversationSync;
    // The system message is the row after them.
    expect([news.members.length, news.messages.length, news.hasMore]).toEqual([fits ? 100 : 0, messages, true]);
    expect(news.version).toBe(since.version + messages + (fits ? 1 : 0));
  });

  it('gives a version larger than all room whole, but only as an answer’s first', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const [small, large] = (await manyGroups(node, [ann], 2)) as [string, string];
    await sayMany(node, { id: small, senderId: ann.id, count: 3 });
    await node.rows(sql`
      INSERT INTO conversation_participants (id, conversation_id, user_id, role, joined_at, version, user_version)
      SELECT gen_random_uuid(), ${large}, id::uuid, 'member', now(), 2, 1
        FROM unnest(${sql.param(await manyUsers(node, LIMITS.syncRows + 100))}::uuid[]) AS id`);
    await node.rows(sql`UPDATE conversations SET version = 2, member_count = 601 WHERE id = ${large}`);
    await sayMany(node, { id: large, senderId: ann.id, count: 1 });
    const at = { version: 1, receipts: 0 };
    const one = await syncing(ann, { conversations: { [small]: at, [large]: at }, cursor: 2 });
    expect(one.conversations).toMatchObject({ [small]: { hasMore: false }, [large]: { ...at, hasMore: true } });
    expect(told(one, large)).toBe('later');
    const two = await syncing(ann, { conversations: { [large]: at }, cursor: 2 });
    expect(two.conversations[large]).toMatchObject({ version: 2, hasMore: true, messages: [] });
    expect((two.conversations[large] as ConversationSync).members).toHaveLength(600);
  });

  it('brings watermarks with the last page, and stays at the requested receipts until then', async () => {
    const { id, owner, members, since } = await aBacklog(LIMITS.syncRows + 1);
    const [ann] = members as [Person];
    succeeded(await ann.post(`/conversations/${id}/read`, { seq: 7 }));
    const one = await syncing(owner, { conversations: { [id]: since }, cursor: 1 });
    expect(one.conversations[id]).toMatchObject({ watermarks: [], receipts: 0, hasMore: true });
    const { version } = one.conversations[id] as ConversationSync;
    const two = await syncing(owner, { conversations: { [id]: { version, receipts: 0 } }, cursor: 1 });
    expect(two.conversations[id]).toMatchObject({
      watermarks: [{ userId: ann.id, lastReadSeq: 7, lastDeliveredSeq: 7 }],
      receipts: 1,
      hasMore: false,
    });
  });

  it('that is a reset fits or comes later; a large one has fewer of the newest messages', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const ids = await manyGroups(node, [ann], 14);
    for (const id of ids) await sayMany(node, { id, senderId: ann.id, count: 60 });
    const large = ids.at(-1) as string;
    for (let i = 0; i < 7; i += 1) await ann.say(large, `large ${i}`, { metadata: { long: 'x'.repeat(100_000) } });
    const lost = Object.fromEntries(ids.map((id) => [id, { version: 1_000, receipts: 0 }]));
    const answer = await syncing(ann, { conversations: lost, cursor: 14 });
    const resets = ids.flatMap((id) => {
      const news = told(answer, id);
      return news === 'later' || !news ? [] : [news];
    });
    // Each takes 50 messages and a member of the 500 rows.
    expect(resets.map(({ reset, hasMore, messages, version }) => [reset, hasMore, messages.length, version])).toEqual(
      times(9, [true, false, 50, 61]),
    );
    for (const id of ids.slice(9)) expect(answer.conversations[id]).toEqual({ ...lost[id], hasMore: true });

    const behind = await syncing(ann, { conversations: { [ids[0] as string]: lost[large], [large]: lost[large] } });
    expect(told(behind, large)).toBe('later');
    const alone = await syncing(ann, { conversations: { [large]: lost[large] }, cursor: 14 });
    expect(bytesOf(alone)).toBeLessThanOrEqual(LIMITS.answerBytes);
    const news = alone.conversations[large] as ConversationSync;
    expect(news).toMatchObject({ reset: true, hasMore: false, version: 68 });
    // The last message is in the list item as well.
    expect(news.messages.map(({ content }) => content)).toEqual(['large 3', 'large 4', 'large 5', 'large 6']);
  });

  it('G8: of a thousand conversations that all changed names every one, and fits', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const ids = await manyGroups(node, [ann], LIMITS.syncConversations);
    await node.rows(sql`UPDATE conversations SET version = 2 WHERE id = ANY (${sql.param(ids)}::uuid[])`);
    const reader = new SyncReader(ann);
    for (const id of ids) reader.hold(id, { version: 1, receipts: 0 });
    reader.cursor = LIMITS.syncConversations;
    const answers: SyncAnswer[] = [];
    do {
      const answer = await reader.step();
      expect(bytesOf(answer)).toBeLessThanOrEqual(LIMITS.answerBytes);
      answers.push(answer);
    } while (answers.at(-1)?.hasMore);
    expect(Object.keys(answers[0]?.conversations ?? {})).toEqual(ids);
    expect([...reader.held.values()].every(({ version }) => version === 2)).toBe(true);
    expect(answers.length).toBeLessThan(6);
  });
});

describe('a sync of several answers', () => {
  it('G4: loses nothing that changes between them', async () => {
    const { id, owner, members, since } = await aBacklog(LIMITS.syncRows + 200);
    const [ann] = members as [Person];
    const reader = new SyncReader(owner);
    reader.hold(id, START);
    reader.cursor = 1;
    const one = await reader.step();
    expect(one.conversations[id]).toMatchObject({ hasMore: true });
    const newest = succeeded(await owner.get(`/conversations/${id}/messages?limit=2`)).items as Message[];
    const early = [...(reader.held.get(id)?.messages.values() ?? [])].slice(0, 3);
    // One that was told already, one that was not, and new ones of every kind.
    for (const { id: messageId } of [early[0], newest[0]] as Message[]) {
      succeeded(await owner.patch(`/messages/${messageId}`, { content: 'edited in between' }));
    }
    succeeded(await owner.delete(`/messages/${early[1]?.id}`));
    succeeded(await ann.post(`/messages/${early[2]?.id}/reactions`, { emoji: '👍' }));
    await ann.say(id, 'in between', { replyToId: early[2]?.id });
    succeeded(await owner.delete(`/messages/${early[2]?.id}`));
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'Renamed' }));
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [(await aPerson(node)).id] }));
    succeeded(await ann.post(`/conversations/${id}/read`, { seq: 5 }));
    await reader.catchUp();
    expect(reader.state()).toEqual(await fetched(owner));
    expect(since.version).toBeGreaterThan(0);
  });

  it('G4: that is cut short by a removal ends with it', async () => {
    const { id, owner, members, since } = await aBacklog(LIMITS.syncRows + 10);
    const [ann] = members as [Person];
    const reader = new SyncReader(ann);
    reader.hold(id, since);
    reader.cursor = 1;
    expect((await reader.step()).hasMore).toBe(true);
    expect((await owner.delete(`/conversations/${id}/members/${ann.id}`)).status).toBe(204);
    expect(await reader.step()).toMatchObject({ removed: [id], conversations: {}, hasMore: false });
  });
});

describe('a device that was away', () => {
  it('G4 S2.15 S2.39: for 1,000 messages, 200 edits, 50 deletions and 300 reactions is right after a few answers', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ann, ben] = members as [Person, Person];
    const reader = new SyncReader(ann);
    reader.hold(id);
    reader.cursor = 1;
    for (let i = 1; i <= 100; i += 1) await owner.say(id, `before ${i}`);
    await reader.catchUp();
    const socket = await owner.connect();
    const ids: string[] = [];
    for (let begin = 0; begin < 1_000; begin += 100) {
      const batch = Array.from({ length: 100 }, (_, i) => socket.say(id, `meanwhile ${begin + i}`));
      for (const { messageId } of await Promise.all(batch)) ids.push(messageId);
    }
    const old = [...(reader.held.get(id)?.messages.values() ?? [])].map((message) => message.id);
    const all = async (command: string, payloads: object[]) => {
      for (const payload of payloads) {
        const ack = await socket.ask(command, payload);
        if (!ack.success) throw new Error(`${command} was answered ${JSON.stringify(ack.error)}`);
      }
    };
    await all(
      'message:edit',
      [...old.slice(0, 50), ...ids.slice(0, 150)].map((messageId) => ({ messageId, content: 'edited' })),
    );
    await all(
      'message:delete',
      [...old.slice(50, 60), ...ids.slice(200, 240)].map((messageId) => ({ messageId })),
    );
    const reactions = [...old.slice(60, 80), ...ids.slice(300, 430)].flatMap((messageId) => [
      { messageId, emoji: '👍' },
      { messageId, emoji: '🎉' },
    ]);
    await all('reaction:add', reactions);
    socket.close();
    succeeded(await ben.post(`/conversations/${id}/read`, { seq: 900 }));

    // 1,000 new ones and 80 of the old ones that changed: no row twice, whatever happened to it.
    const answers = await reader.catchUp();
    expect(answers.map(rowsOf)).toEqual([500, 500, 80]);
    expect(reader.state()).toEqual(await fetched(ann));
  });

  it('G4: is answered no more where 500 other conversations did not change', async () => {
    const [ann, ben] = (await people(node, 2)) as [Person, Person];
    const [id, ...others] = (await manyGroups(node, [ann, ben], 501)) as [string, ...string[]];
    for (const text of ['one', 'two', 'three']) await ann.say(id, text);
    const at = { version: 1, receipts: 0 };
    const asked = (ids: string[]) => ({
      conversations: Object.fromEntries(ids.map((each) => [each, at])),
      cursor: 501,
    });
    const alone = await ben.post('/sync', asked([id]));
    const amongOthers = await ben.post('/sync', asked([...others.slice(0, 250), id, ...others.slice(250)]));
    expect(amongOthers.text).toBe(alone.text);
    expect((succeeded(alone).conversations[id] as ConversationSync).messages).toHaveLength(3);
  });

  it('G4: for 20,000 messages is reset, right again, and reads no more than it answers', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ann] = members as [Person];
    const reader = new SyncReader(ann);
    reader.hold(id);
    reader.cursor = 1;
    await owner.say(id, 'long ago');
    await reader.catchUp();
    await sayMany(node, { id, senderId: owner.id, count: 20_000 });
    await owner.say(id, 'just now');
    const [answer, ...more] = await reader.catchUp();
    expect(more).toEqual([]);
    expect(answer?.conversations[id]).toMatchObject({ reset: true, hasMore: false, unreadCount: 20_002 });
    const { messages, ...rest } = reader.state()[id] ?? {};
    const page = succeeded(await ann.get(`/conversations/${id}/messages?limit=50`));
    expect(messages?.map((message) => (message as Message).seq)).toEqual(page.items.map(({ seq }: Message) => seq));
    const { members: present, lastMessage, ...item } = await ann.sees(id);
    expect(rest).toEqual({ item, last: lastMessage.seq, members: present.sort(byUser) });
  });
});

const byUser = (a: { user: { id: string } }, b: { user: { id: string } }): number => (a.user.id < b.user.id ? -1 : 1);
