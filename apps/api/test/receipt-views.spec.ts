import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type SQL, sql } from 'drizzle-orm';
import { manyGroups, manyUsers, sayMany } from './masses.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, directOf, type Person, people, succeeded } from './people.js';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const read = async (who: Person, id: string, seq: number) =>
  succeeded(await who.post(`/conversations/${id}/read`, { seq }));

/** Who has read the message when, as the view says. */
async function readersOf(messageId: string): Promise<{ userId: string; readAt: string }[]> {
  const rows = await node.rows<{ id: string; user_id: string; ms: number }>(sql`
    SELECT id, user_id, (extract(epoch FROM read_at) * 1000)::float8 AS ms FROM message_read_receipts
     WHERE message_id = ${messageId} ORDER BY read_at, user_id`);
  for (const { id } of rows) expect(id).toMatch(UUID);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  return rows.map(({ user_id: userId, ms }) => ({ userId, readAt: new Date(ms).toISOString() }));
}

describe('message_read_receipts', () => {
  it('S2.20: shows of each message what the API answers', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const [ann, ben, cid] = members as [Person, Person, Person];
    const ids: string[] = [];
    for (const content of ['1', '2', '3', '4']) ids.push((await owner.say(id, content)).id);
    await read(ann, id, 2);
    await read(ben, id, 4);
    // Sending reads what was there; the renaming's system message is nobody's to read.
    ids.push((await cid.say(id, '5')).id);
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'Another' }));
    await read(ann, id, 6);
    const seen: number[] = [];
    for (const messageId of ids) {
      const { items } = succeeded(await owner.get(`/messages/${messageId}/receipts`));
      const told = items.flatMap(({ userId, readAt }: Record<string, string | null>) =>
        readAt ? [{ userId, readAt }] : [],
      );
      expect(await readersOf(messageId)).toEqual(told);
      seen.push(told.length);
    }
    expect(seen).toEqual([3, 3, 3, 3, 1]);
    const { items } = succeeded(await owner.get(`/conversations/${id}/messages?type=system`));
    expect(await readersOf(items[0].id)).toEqual([]);
  });

  it('S2.20: omits what was passed over by joining, and keeps those who left', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ann, ben] = members as [Person, Person];
    const first = (await owner.say(id, 'read by both')).id;
    await read(ann, id, 1);
    await read(ben, id, 1);
    expect((await ann.delete(`/conversations/${id}/members/${ann.id}`)).status).toBe(204);
    const second = (await owner.say(id, 'while she was away')).id;
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [ann.id] }));
    const third = (await owner.say(id, 'when she was back')).id;
    await read(ann, id, (await ann.sees(id)).lastSeq);
    expect((await ben.delete(`/conversations/${id}/members/${ben.id}`)).status).toBe(204);
    const readers = async (messageId: string) => (await readersOf(messageId)).map(({ userId }) => userId).sort();
    expect(await readers(first)).toEqual([ann.id, ben.id].sort());
    expect(await readers(second)).toEqual([]);
    expect(await readers(third)).toEqual([ann.id]);
  });
});

describe('conversation_unread_counts', () => {
  interface Row extends Record<string, unknown> {
    id: string;
    conversation_id: string;
    unread_count: number;
    last_read_message_id: string | null;
  }
  const countsOf = (user: Person) =>
    node.rows<Row>(sql`SELECT * FROM conversation_unread_counts WHERE user_id = ${user.id} ORDER BY conversation_id`);

  it('S2.21 G6: shows of each member what the API counts, and which message was the last read', async () => {
    const [ann, ben, cid] = (await people(node, 3)) as [Person, Person, Person];
    const [some, other] = (await manyGroups(node, [ann, ben, cid], 2)) as [string, string];
    const direct = await directOf(ann, ben);
    for (const id of [some, some, some, other, direct, direct]) await ann.say(id, 'a word');
    succeeded(await ann.patch(`/conversations/${some}`, { name: 'A system message does not count' }));
    await read(ben, some, 2);
    await read(ben, direct, 2);
    await cid.say(other, 'mine');
    for (const person of [ann, ben, cid]) {
      const { items } = succeeded(await person.get('/conversations'));
      const rows = await countsOf(person);
      expect(rows.map((row) => [row.conversation_id, row.unread_count])).toEqual(
        items
          .map((item: { id: string; unreadCount: number }) => [item.id, item.unreadCount])
          .sort(([a]: [string], [b]: [string]) => (a < b ? -1 : 1)),
      );
      const { items: unread, total } = succeeded(await person.get('/messages/unread'));
      expect(rows.filter((row) => row.unread_count > 0)).toHaveLength(unread.length);
      expect(rows.reduce((sum, row) => sum + row.unread_count, 0)).toBe(total);
      for (const row of rows) {
        expect(row.id).toMatch(UUID);
        const { lastReadSeq } = items.find(({ id }: { id: string }) => id === row.conversation_id);
        const page = await person.get(
          `/conversations/${row.conversation_id}/messages?around=${Math.max(lastReadSeq, 1)}&limit=1`,
        );
        expect(row.last_read_message_id).toBe(lastReadSeq === 0 ? null : succeeded(page).items[0].id);
      }
    }
    expect((await countsOf(ben)).map((row) => row.unread_count).sort((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  it('S2.21: has no row of who left, and one again of who came back', async () => {
    const { id, owner, members } = await aGroup(node, { members: 1 });
    const [ann] = members as [Person];
    await owner.say(id, 'a word');
    expect(await countsOf(ann)).toMatchObject([{ conversation_id: id, unread_count: 1, last_read_message_id: null }]);
    expect((await ann.delete(`/conversations/${id}/members/${ann.id}`)).status).toBe(204);
    expect(await countsOf(ann)).toEqual([]);
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [ann.id] }));
    expect(await countsOf(ann)).toMatchObject([{ conversation_id: id, unread_count: 0 }]);
  });
});

describe('both, on large tables', () => {
  it('S2.20 S2.21: look up the rows of the query, and read no table through', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const ids = await manyGroups(node, [ann], 300);
    const [busy] = ids as [string];
    await sayMany(node, { id: busy, senderId: ann.id, count: 10_000 });
    for (const id of ids.slice(1, 20)) await sayMany(node, { id, senderId: ann.id, count: 20 });
    await node.rows(sql`
      INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at, version, user_version)
      SELECT ${busy}, u::uuid, 'member', now(), 1, 1 FROM unnest(${sql.param(await manyUsers(node, 5_000))}::uuid[]) AS u`);
    await node.rows(sql`
      INSERT INTO read_ranges (conversation_id, user_id, from_seq, to_seq, at)
      SELECT p.conversation_id, p.user_id, i * 100 + 1, i * 100 + 100, now()
        FROM conversation_participants p, generate_series(4, 6) AS i WHERE p.conversation_id = ${busy}`);
    await node.rows(sql`ANALYZE`);
    const [message] = await node.rows<{ id: string }>(
      sql`SELECT id FROM messages WHERE conversation_id = ${busy} AND seq = 550`,
    );
    const questions: [SQL, number][] = [
      [sql`SELECT * FROM message_read_receipts WHERE message_id = ${message?.id}`, 5_000],
      [sql`SELECT * FROM conversation_unread_counts WHERE user_id = ${ann.id}`, 300],
      [sql`SELECT * FROM conversation_unread_counts WHERE conversation_id = ${busy} AND user_id = ${ann.id}`, 1],
    ];
    for (const [question, count] of questions) {
      expect(await node.rows(question)).toHaveLength(count);
      const plan = (await node.rows<{ 'QUERY PLAN': string }>(sql`EXPLAIN ${question}`)).map(
        (row) => row['QUERY PLAN'],
      );
      expect(plan.filter((line) => /Seq Scan on (messages|read_ranges|conversation_participants)/.test(line))).toEqual(
        [],
      );
    }
  });
});
