import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, NOBODY, type Person, people, succeeded } from './people.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const mark = async (who: Person, kind: 'read' | 'delivered', id: string, seq: number) =>
  succeeded(await who.post(`/conversations/${id}/${kind}`, { seq }));
const receiptsOf = async (who: Person, messageId: string) =>
  succeeded(await who.get(`/messages/${messageId}/receipts`));

describe('the receipts of a message', () => {
  it('S2.20 S3.28: list whom it has reached and who has read it when, by the move that passed it', async () => {
    const { id, owner, members } = await aGroup(node, { members: 4 });
    const [bob, eve, dan, tom] = members as [Person, Person, Person, Person];
    const ids: string[] = [];
    for (const content of ['1', '2', '3']) ids.push((await owner.say(id, content)).id);
    expect(await receiptsOf(owner, ids[1] as string)).toEqual({ items: [], users: [] });
    await mark(bob, 'read', id, 2);
    await mark(dan, 'delivered', id, 3);
    await mark(eve, 'read', id, 1);
    await mark(bob, 'read', id, 3);
    await tom.say(id, 'an answer reads what came before it');
    const at = Object.fromEntries(
      (
        await node.rows<{ user_id: string; to_seq: number; at: string }>(
          sql`SELECT user_id, to_seq::int AS to_seq,
                     to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at
                FROM read_ranges WHERE conversation_id = ${id}`,
        )
      ).map((row) => [`${row.user_id} ${row.to_seq}`, row.at]),
    );
    const expected = {
      [ids[0] as string]: [
        [bob, at[`${bob.id} 2`]],
        [eve, at[`${eve.id} 1`]],
        [tom, at[`${tom.id} 4`]],
        [dan, null],
      ],
      [ids[1] as string]: [
        [bob, at[`${bob.id} 2`]],
        [tom, at[`${tom.id} 4`]],
        [dan, null],
      ],
      [ids[2] as string]: [
        [bob, at[`${bob.id} 3`]],
        [tom, at[`${tom.id} 4`]],
        [dan, null],
      ],
    } as Record<string, [Person, string | null][]>;
    for (const [messageId, rows] of Object.entries(expected)) {
      for (const asker of [owner, eve]) {
        const { items, users } = await receiptsOf(asker, messageId);
        expect(items).toEqual(
          rows.map(([{ id: userId }, readAt]) => ({
            userId,
            readAt,
            deliveredAt: readAt ?? expect.stringMatching(TIME),
          })),
        );
        expect(new Set(users.map((each: { id: string }) => each.id))).toEqual(new Set(rows.map(([who]) => who.id)));
      }
    }
    const views = await node.rows(
      sql`SELECT user_id FROM message_read_receipts WHERE message_id = ${ids[1]} ORDER BY read_at`,
    );
    expect(views).toEqual([{ user_id: bob.id }, { user_id: tom.id }]);
  });

  it('S2.20: a delivery is dated not later than it was, also after more was delivered and read', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const first = await owner.say(id, '1');
    await mark(bob, 'delivered', id, 1);
    const [{ deliveredAt }] = (await receiptsOf(owner, first.id)).items;
    await owner.say(id, '2');
    await mark(bob, 'delivered', id, 2);
    const [later] = (await receiptsOf(owner, first.id)).items;
    expect(later).toEqual({ userId: bob.id, deliveredAt: expect.stringMatching(TIME), readAt: null });
    expect(later.deliveredAt >= deliveredAt).toBe(true);
    await mark(bob, 'read', id, 1);
    const [read] = (await receiptsOf(owner, first.id)).items;
    expect(read.readAt).toMatch(TIME);
    expect(read.deliveredAt <= read.readAt).toBe(true);
  });

  it('G5: leave out who is gone, who joined later, and the sender', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const late = await aPerson(node);
    const { id: messageId } = await owner.say(id, 'x');
    await mark(bob, 'read', id, 1);
    await mark(eve, 'read', id, 1);
    succeeded(await owner.delete(`/conversations/${id}/members/${eve.id}`));
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [late.id] }));
    const { seq } = await owner.say(id, 'y');
    await mark(late, 'read', id, seq);
    const { items } = await receiptsOf(late, messageId);
    expect(items.map(({ userId }: { userId: string }) => userId)).toEqual([bob.id]);
    // Whoever comes back has read what they read.
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [eve.id] }));
    const back = (await receiptsOf(owner, messageId)).items;
    expect(back.map(({ userId }: { userId: string }) => userId)).toEqual([bob.id, eve.id]);
    expect(back[1].deliveredAt).toBe(back[1].readAt);
  });

  it('G5 §3: are for members alone', async () => {
    const { id, owner, members } = await aGroup(node);
    const [former] = members as [Person];
    const { id: messageId } = await owner.say(id, 'x');
    succeeded(await owner.delete(`/conversations/${id}/members/${former.id}`));
    const answers = await Promise.all(
      [former, await aPerson(node)].flatMap((who) =>
        [messageId, NOBODY].map((each) => who.get(`/messages/${each}/receipts`)),
      ),
    );
    for (const { status, body } of answers) {
      const { requestId, ...error } = body.error;
      expect([status, error]).toEqual([404, { code: 'not_found', message: expect.any(String), retryable: false }]);
      expect(requestId).toEqual(expect.any(String));
    }
    expect((await owner.get('/messages/x/receipts')).status).toBe(400);
  });

  it('of a tombstone stay, in an archived conversation too; of what the server wrote there are none', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const { id: messageId } = await owner.say(id, 'x');
    await mark(bob, 'read', id, 1);
    succeeded(await owner.delete(`/messages/${messageId}`));
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: true }));
    const { lastMessage, lastSeq } = await owner.sees(id);
    await mark(bob, 'read', id, lastSeq);
    expect((await receiptsOf(owner, messageId)).items).toHaveLength(1);
    expect(await receiptsOf(bob, lastMessage.id)).toEqual({ items: [], users: [] });
  });

  it('S2.12: of a direct conversation are the other’s', async () => {
    const [one, other] = (await people(node, 2)) as [Person, Person];
    const id = await directOf(one, other);
    const { id: messageId } = await one.say(id, 'x');
    await mark(other, 'read', id, 1);
    for (const who of [one, other]) {
      expect((await receiptsOf(who, messageId)).items).toEqual([
        { userId: other.id, deliveredAt: expect.stringMatching(TIME), readAt: expect.stringMatching(TIME) },
      ]);
    }
    expect((await one.get(`/messages/${messageId}`)).body.status).toBe('read');
    expect((await other.get(`/messages/${messageId}`)).body.status).toBe('sent');
  });

  it('§5: in a large conversation are those of the hundred who joined first', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const { id: messageId, seq } = await owner.say(id, 'x');
    await node.rows(sql`
      WITH crowd AS (
        INSERT INTO users (id, username, display_name)
        SELECT gen_random_uuid(), left(md5(random()::text), 20), i::text FROM generate_series(1, 130) AS i RETURNING id)
      INSERT INTO conversation_participants
             (conversation_id, user_id, role, joined_at, version, user_version, last_delivered_seq, delivered_at)
      SELECT ${id}, id, 'member', (SELECT created_at FROM conversations WHERE id = ${id}), 1, 1, ${seq}, now() FROM crowd`);
    await node.rows(sql`UPDATE conversations SET member_count = 133 WHERE id = ${id}`);
    await node.rows(
      sql`UPDATE conversation_participants SET joined_at = joined_at - interval '1 minute'
           WHERE conversation_id = ${id} AND user_id = ${bob.id}`,
    );
    await node.rows(
      sql`UPDATE conversation_participants SET joined_at = joined_at + interval '1 minute'
           WHERE conversation_id = ${id} AND user_id = ${eve.id}`,
    );
    await mark(bob, 'read', id, seq);
    await mark(eve, 'read', id, seq);
    const { items } = await receiptsOf(owner, messageId);
    expect(items).toHaveLength(100);
    expect(items[0].userId).toBe(bob.id);
    expect(items.map(({ userId }: { userId: string }) => userId)).not.toContain(eve.id);
  });
});
