import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, groupOf, NOBODY, type Person, people, succeeded } from './people.js';
import type { TestSocket } from './test-socket.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const mark = (who: Person, kind: 'read' | 'delivered', id: string, body: object) =>
  who.post(`/conversations/${id}/${kind}`, body);
const marksOf = async (who: Person, id: string) => {
  const { lastReadSeq, lastDeliveredSeq, unreadCount, receipts } = await who.sees(id);
  return { lastReadSeq, lastDeliveredSeq, unreadCount, receipts };
};

async function aTalk(members = 1, messages = 5) {
  const group = await aGroup(node, { members });
  const ids: string[] = [];
  for (let i = 1; i <= messages; i += 1) ids.push((await group.owner.say(group.id, `${i}`)).id);
  return { ...group, ids };
}

describe('watermarks', () => {
  it('S2.30 S3.15 §3: move forward, by seq or by message; reading moves delivered too', async () => {
    const { id, members, ids } = await aTalk();
    const [bob] = members as [Person];
    const delivered = await mark(bob, 'delivered', id, { seq: 2 });
    expect([delivered.status, delivered.body]).toEqual([
      200,
      { lastReadSeq: 0, lastDeliveredSeq: 2, unreadCount: 5, mentionCount: 0, lastSeq: 5 },
    ]);
    expect((await mark(bob, 'read', id, { messageId: ids[2]?.toUpperCase() })).body).toEqual({
      lastReadSeq: 3,
      lastDeliveredSeq: 3,
      unreadCount: 2,
      mentionCount: 0,
      lastSeq: 5,
    });
    expect((await mark(bob, 'delivered', id, { messageId: ids[4] })).body).toMatchObject({
      lastReadSeq: 3,
      lastDeliveredSeq: 5,
      unreadCount: 2,
    });
    expect((await mark(bob, 'read', id, { seq: 5 })).body).toMatchObject({
      lastReadSeq: 5,
      lastDeliveredSeq: 5,
      unreadCount: 0,
    });
    expect(await marksOf(bob, id)).toEqual({ lastReadSeq: 5, lastDeliveredSeq: 5, unreadCount: 0, receipts: 4 });
  });

  it('§3 §5: lower or equal succeeds, changes nothing, takes no number and emits no event', async () => {
    const { id, owner, members, ids } = await aTalk();
    const [bob] = members as [Person];
    succeeded(await mark(bob, 'read', id, { seq: 4 }));
    const sockets = await Promise.all([owner.connect(), bob.connect()]);
    for (const [kind, body] of [
      ['read', { seq: 4 }],
      ['read', { seq: 1 }],
      ['read', { seq: 0 }],
      ['read', { messageId: ids[0] }],
      ['delivered', { seq: 4 }],
      ['delivered', { messageId: ids[1] }],
    ] as const) {
      const answer = await mark(bob, kind, id, body);
      expect([answer.status, answer.body]).toEqual([
        200,
        { lastReadSeq: 4, lastDeliveredSeq: 4, unreadCount: 1, mentionCount: 0, lastSeq: 5 },
      ]);
    }
    expect((await bob.sees(id)).receipts).toBe(1);
    succeeded(await mark(bob, 'read', id, { seq: 5 }));
    for (const socket of sockets) {
      await socket.first('message:read', ({ seq }) => seq === 5);
      expect(socket.all('message:read').map(({ receipts }) => receipts)).toEqual([2]);
      expect(socket.all('message:delivered')).toEqual([]);
    }
    expect(
      await node.rows(
        sql`SELECT from_seq::int, to_seq::int FROM read_ranges WHERE conversation_id = ${id} AND user_id = ${bob.id} ORDER BY 1`,
      ),
    ).toEqual([
      { from_seq: 1, to_seq: 4 },
      { from_seq: 5, to_seq: 5 },
    ]);
  });

  it('G6: marks of two thousand conversations at once hold up no send', async () => {
    const { id, owner, members } = await aTalk();
    const [bob] = members as [Person];
    const [marker, sender] = await Promise.all([bob.connect(), owner.connect()]);
    let answered = 0;
    const marks = Array.from({ length: 2_000 }, async () => {
      await marker.ask('message:read', { conversationId: randomUUID(), seq: 1 });
      answered += 1;
    });
    await eventually('the first mark is answered', () => answered > 0);
    expect(await sender.ask('message:send', { conversationId: id, content: 'quick' })).toMatchObject({ success: true });
    expect(answered).toBeLessThan(2_000);
    await Promise.all(marks);
  });

  it('S1.24 §5: beyond the last message, malformed, or none of both is validation_failed; another conversation’s message is not found', async () => {
    const { id, owner, members } = await aTalk();
    const [bob] = members as [Person];
    const elsewhere = await owner.say(await directOf(owner, bob), 'elsewhere');
    const socket = await bob.connect();
    const cases: [object, string, string | undefined][] = [
      [{ seq: 6 }, 'validation_failed', 'seq'],
      [{ seq: Number.MAX_SAFE_INTEGER }, 'validation_failed', 'seq'],
      [{ seq: -1 }, 'validation_failed', 'seq'],
      [{ seq: 1.5 }, 'validation_failed', 'seq'],
      [{ seq: '3' }, 'validation_failed', 'seq'],
      [{ seq: 1e300 }, 'validation_failed', 'seq'],
      [{ seq: [3] }, 'validation_failed', 'seq'],
      [{}, 'validation_failed', 'seq'],
      [{ seq: null }, 'validation_failed', 'seq'],
      [{ seq: null, messageId: elsewhere.id }, 'validation_failed', 'seq'],
      [{ seq: 3, messageId: null }, 'validation_failed', 'messageId'],
      [{ seq: 3, messageId: elsewhere.id }, 'validation_failed', 'seq'],
      [{ messageId: 'x' }, 'validation_failed', 'messageId'],
      [{ messageId: elsewhere.id }, 'not_found', undefined],
      [{ messageId: NOBODY }, 'not_found', undefined],
      [{ seq: 3, userId: owner.id }, 'validation_failed', 'userId'],
    ];
    for (const kind of ['read', 'delivered'] as const) {
      for (const [body, code, path] of cases) {
        const { error } = (await mark(bob, kind, id, body)).body;
        expect([body, error?.code, error?.details?.[0].path]).toEqual([body, code, path]);
        const ack = await socket.ask(`message:${kind}`, { conversationId: id, ...body });
        expect([body, ack.error?.code, ack.error?.details?.[0].path]).toEqual([body, code, path]);
      }
    }
    expect(await marksOf(bob, id)).toEqual({ lastReadSeq: 0, lastDeliveredSeq: 0, unreadCount: 5, receipts: 0 });
  });

  it('A20 D5: a stranger’s mark is not found, stores nothing and emits no event', async () => {
    const { id, owner, members, ids } = await aTalk(2);
    const [bob, ex] = members as [Person, Person];
    succeeded(await owner.delete(`/conversations/${id}/members/${ex.id}`));
    const mallory = await aPerson(node);
    const listener = await bob.connect();
    for (const who of [mallory, ex]) {
      const socket = await who.connect();
      const marks = [{ seq: 999 }, { messageId: ids[0] }].flatMap((body) =>
        (['read', 'delivered'] as const).flatMap((kind) => [
          mark(who, kind, id, body).then((answer) => answer.body.error.code),
          socket.ask(`message:${kind}`, { conversationId: id, ...body }).then((ack) => ack.error.code),
        ]),
      );
      expect(new Set(await Promise.all(marks))).toEqual(new Set(['not_found']));
    }
    succeeded(await mark(owner, 'delivered', id, { seq: 6 }));
    succeeded(await mark(bob, 'read', id, { seq: 1 }));
    await listener.first('message:read');
    expect(new Set(listener.all('message:read').map(({ userId }) => userId))).toEqual(new Set([bob.id]));
    const rows = await node.rows<{ user_id: string }>(
      sql`SELECT user_id FROM read_ranges WHERE conversation_id = ${id}`,
    );
    expect(rows.map((row) => row.user_id)).toEqual([bob.id]);
  });

  it('a mark that fails by a trigger fails alone: those that came with it are moved', async () => {
    const { id, owner, members } = await aGroup(node, { members: 30 });
    for (const i of [1, 2, 3]) await owner.say(id, `${i}`);
    const bad = new Set([members[0], members[13], members[29]]);
    const uuids = [...bad].map((person) => `'${person?.id}'`).join();
    await node.rows(
      sql.raw(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.user_id IN (${uuids}) THEN RAISE EXCEPTION 'spoilt'; END IF; RETURN NEW; END $$`),
    );
    await node.rows(
      sql`CREATE TRIGGER spoil BEFORE UPDATE ON conversation_participants FOR EACH ROW EXECUTE FUNCTION spoil()`,
    );
    const answers = await Promise.all(members.map((who) => who.post(`/conversations/${id}/read`, { seq: 3 })));
    await node.rows(sql`DROP TRIGGER spoil ON conversation_participants`);
    expect(answers.map(({ status }) => status)).toEqual(members.map((who) => (bad.has(who) ? 500 : 200)));
    for (const who of members) expect((await who.sees(id)).lastReadSeq).toBe(bad.has(who) ? 0 : 3);
  });

  it('§6: what is archived can still be marked', async () => {
    const { id, owner, members } = await aTalk();
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: true }));
    expect((await mark(members[0] as Person, 'read', id, { seq: 5 })).body).toMatchObject({ lastReadSeq: 5 });
  });
});

describe('the events of marks', () => {
  it('S2.30 §5: message:read to the conversation, unread:updated to all of the reader’s own sockets and to no others', async () => {
    const { id, owner, members, ids } = await aTalk(2);
    const [bob, eve] = members as [Person, Person];
    const [mine, myOther, theirs, third] = await Promise.all([
      bob.connect(),
      bob.connect(),
      owner.connect(),
      eve.connect(),
    ]);
    const ack = await mine.ask('message:read', { conversationId: id, messageId: ids[2] });
    expect(ack).toEqual({
      success: true,
      lastReadSeq: 3,
      lastDeliveredSeq: 3,
      unreadCount: 2,
      mentionCount: 0,
      lastSeq: 5,
    });
    const told = {
      conversationId: id,
      receipts: 1,
      userId: bob.id,
      messageId: ids[2],
      seq: 3,
      readBy: bob.id,
      readAt: expect.stringMatching(TIME),
    };
    for (const socket of [mine, myOther, theirs, third]) expect(await socket.first('message:read')).toEqual(told);
    const unread = { conversationId: id, receipts: 1, unreadCount: 2, mentionCount: 0, lastReadSeq: 3, lastSeq: 5 };
    for (const socket of [mine, myOther]) expect(await socket.first('unread:updated')).toEqual(unread);
    succeeded(await mark(eve, 'delivered', id, { seq: 4 }));
    const delivered = {
      conversationId: id,
      receipts: 2,
      userId: eve.id,
      messageId: ids[3],
      seq: 4,
      deliveredTo: eve.id,
      deliveredAt: expect.stringMatching(TIME),
    };
    for (const socket of [mine, myOther, theirs, third]) {
      expect(await socket.first('message:delivered')).toEqual(delivered);
      expect(socket.all('message:read')).toHaveLength(1);
    }
    expect([mine, myOther, theirs, third].map((socket) => socket.all('unread:updated').length)).toEqual([1, 1, 0, 0]);
    expect((await owner.sees(id)).receipts).toBe(2);
  });

  it('S2.10 S3.26 §5: one command takes one number; a read emits only message:read; nothing of it takes a version', async () => {
    const { id, owner, members } = await aTalk(3);
    const { version } = await owner.sees(id);
    const socket = await owner.connect();
    const readers = members as [Person, Person, Person];
    for (const who of readers) succeeded(await mark(who, 'delivered', id, { seq: 2 }));
    await Promise.all(readers.map((who) => mark(who, 'read', id, { seq: 5 }).then(succeeded)));
    await socket.first('message:read', ({ receipts }) => receipts === 6);
    const marks = socket.heard.filter(({ name }) => name === 'message:read' || name === 'message:delivered');
    expect(marks.map(({ payload }) => payload.receipts)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(marks.map(({ name }) => name).slice(3)).toEqual(['message:read', 'message:read', 'message:read']);
    expect(await owner.sees(id)).toMatchObject({ version, receipts: 6 });
  });

  it('many readers at once share batches: each keeps their own order, every number is emitted once and in order', async () => {
    const { id, owner, members } = await aTalk(12, 20);
    const socket = await owner.connect();
    const readers = await Promise.all(members.map((who) => who.connect()));
    const acks = await Promise.all(
      readers.flatMap((each) => [3, 9, 7, 20].map((seq) => each.ask('message:read', { conversationId: id, seq }))),
    );
    expect(acks.every((ack) => ack.success)).toBe(true);
    for (let i = 0; i < acks.length; i += 4) {
      expect(acks.slice(i, i + 4).map(({ lastReadSeq }) => lastReadSeq)).toEqual([3, 9, 9, 20]);
    }
    await socket.first('message:read', ({ receipts }) => receipts === 36);
    expect(socket.all('message:read').map(({ receipts }) => receipts)).toEqual(
      Array.from({ length: 36 }, (_, i) => i + 1),
    );
  });

  it('§5: in conversations of over 100 members only the reader receives it', async () => {
    const crowd = await people(node, 102);
    const [ann, bob, ...others] = crowd as [Person, Person, ...Person[]];
    const id = await groupOf(ann, [bob, ...others]);
    await ann.say(id, 'hello');
    const [theirs, mine] = await Promise.all([ann.connect(), bob.connect()]);
    const last = (await ann.sees(id)).lastSeq;
    succeeded(await mark(bob, 'delivered', id, { seq: last }));
    succeeded(await mark(bob, 'read', id, { seq: last }));
    expect(await mine.first('unread:updated')).toMatchObject({
      conversationId: id,
      receipts: 2,
      unreadCount: 0,
      lastReadSeq: last,
    });
    const probe = await ann.say(id, 'probe');
    for (const socket of [theirs, mine]) {
      await socket.reaches(id, probe.version);
      expect([...socket.all('message:read'), ...socket.all('message:delivered')]).toEqual([]);
    }
  });

  it('§5: a mere arrival is no unread:updated', async () => {
    const { id, owner, members } = await aTalk();
    const socket = await (members[0] as Person).connect();
    const probe = await owner.say(id, 'hello');
    await socket.reaches(id, probe.version);
    expect(socket.all('unread:updated')).toEqual([]);
  });
});

describe('G6: unread is a fact', () => {
  it('G6 S2.13: sending moves the sender’s own marks, takes no number and emits no event', async () => {
    const { id, owner, members } = await aTalk();
    const [bob] = members as [Person];
    const [mine, theirs] = await Promise.all([bob.connect(), owner.connect()]);
    const probe = await bob.say(id, 'answer');
    expect(await marksOf(bob, id)).toEqual({ lastReadSeq: 6, lastDeliveredSeq: 6, unreadCount: 0, receipts: 0 });
    expect(await marksOf(owner, id)).toEqual({ lastReadSeq: 5, lastDeliveredSeq: 5, unreadCount: 1, receipts: 0 });
    for (const socket of [mine, theirs]) {
      await socket.reaches(id, probe.version);
      expect(
        socket.heard.filter(({ name }) => ['message:read', 'message:delivered', 'unread:updated'].includes(name)),
      ).toEqual([]);
    }
  });

  it('S3.13 §3: GET messages/unread lists the conversations with anything unread, and the sum', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const [one, two, three] = [await groupOf(ann, [bob]), await groupOf(ann, [bob]), await directOf(ann, bob)] as const;
    expect((await bob.get('/messages/unread')).body).toEqual({ items: [], total: 0 });
    await ann.say(one, 'a');
    await ann.say(one, `@${bob.username}`);
    await ann.say(three, 'b');
    await bob.say(two, 'own');
    const { body } = await bob.get('/messages/unread');
    expect(body.total).toBe(3);
    expect(body.items).toHaveLength(2);
    expect(body.items).toContainEqual({ conversationId: one, unreadCount: 2, mentionCount: 1 });
    expect(body.items).toContainEqual({ conversationId: three, unreadCount: 1, mentionCount: 0 });
    succeeded(await ann.patch(`/conversations/${one}`, { isArchived: true }));
    succeeded(await mark(bob, 'read', three, { seq: 1 }));
    expect((await bob.get('/messages/unread')).body).toEqual({
      items: [{ conversationId: one, unreadCount: 2, mentionCount: 1 }],
      total: 2,
    });
    succeeded(await bob.delete(`/conversations/${one}/members/${bob.id}`));
    expect((await bob.get('/messages/unread')).body).toEqual({ items: [], total: 0 });
    expect((await ann.get('/messages/unread')).body).toEqual({
      items: [{ conversationId: two, unreadCount: 1, mentionCount: 0 }],
      total: 1,
    });
  });

  it('D6 G6: after any operations the counts are those of a recount, on every device and transport', async () => {
    const seed = Number(process.env.PARLEY_TEST_SEED ?? randomInt(1_000_000));
    const random = generator(seed);
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
    const everyone = await people(node, 5);
    const [owner, ...others] = everyone as [Person, ...Person[]];
    const conversations = [
      await groupOf(owner, others),
      await groupOf(owner, others),
      await directOf(owner, others[0] as Person),
    ];
    const path = (id: string) => `/conversations/${id}`;
    const operations = [
      (who: Person, id: string) =>
        who.say(id, pick(['hello', `@${pick(everyone).username} hello`, '<b>x</b>'])).catch(() => null),
      (who: Person, id: string) => who.say(id, pick(['a', 'b', 'c'])).catch(() => null),
      (who: Person, id: string) => mark(who, 'read', id, { seq: Math.floor(random() * 60) }),
      (who: Person, id: string) => mark(who, 'delivered', id, { seq: Math.floor(random() * 60) }),
      (_who: Person, id: string) => owner.post(`${path(id)}/members`, { memberIds: [pick(others).id] }),
      (_who: Person, id: string) => owner.delete(`${path(id)}/members/${pick(others).id}`),
      (_who: Person, id: string) => owner.patch(path(id), { name: `Name ${random()}` }),
    ];
    for (let i = 0; i < 40; i += 1) {
      await Promise.all([1, 2, 3].map(() => pick(operations)(pick(everyone), pick(conversations))));
    }
    const counted = await node.rows<{
      user_id: string;
      conversation_id: string;
      unread: number;
      mentioned: number;
    }>(sql`
      SELECT p.user_id, p.conversation_id,
             (SELECT count(*)::int FROM messages m
               WHERE m.conversation_id = p.conversation_id AND m.seq > p.last_read_seq AND m.type <> 'system') AS unread,
             (SELECT count(*)::int FROM messages m
               WHERE m.conversation_id = p.conversation_id AND m.seq > p.last_read_seq AND p.user_id = ANY (m.mentions)) AS mentioned
        FROM conversation_participants p
       WHERE p.left_at IS NULL AND p.conversation_id IN ${conversations}`);
    expect(counted.some(({ unread }) => unread > 0)).toBe(true);
    for (const who of everyone) {
      const mine = counted.filter((row) => row.user_id === who.id);
      const list = (await who.get('/conversations')).body.items;
      const unread = (await who.get('/messages/unread')).body;
      expect([seed, list.length]).toEqual([seed, mine.length]);
      for (const row of mine) {
        const item = list.find((each: { id: string }) => each.id === row.conversation_id);
        expect([seed, item.unreadCount, item.mentionCount]).toEqual([seed, row.unread, row.mentioned]);
        const entry = unread.items.find(
          (each: { conversationId: string }) => each.conversationId === row.conversation_id,
        );
        expect(entry?.unreadCount ?? 0).toBe(row.unread);
      }
      expect(unread.total).toBe(mine.reduce((sum, row) => sum + row.unread, 0));
    }
    const numbers = await node.rows<{ countable: number; counted: number }>(sql`
      SELECT m.countable::int, (count(*) FILTER (WHERE m.type <> 'system') OVER (PARTITION BY m.conversation_id ORDER BY m.seq))::int AS counted
        FROM messages m WHERE m.conversation_id IN ${conversations}`);
    for (const row of numbers) expect(row.countable).toBe(row.counted);
  });

  it('G6: marks racing with sends never go back, and the last word is that of the database', async () => {
    const { id, owner, members } = await aTalk(2, 1);
    const [bob, eve] = members as [Person, Person];
    const [sender, reader] = await Promise.all([owner.connect(), bob.connect()]);
    const sends = Array.from({ length: 12 }, (_, i) => sender.say(id, `${i}`));
    const reads: Promise<{ lastReadSeq: number }>[] = [];
    for (const send of sends) {
      const { seq } = await send;
      reads.push(reader.ask('message:read', { conversationId: id, seq }));
      if (seq % 5 === 0) await eve.say(id, 'me too');
    }
    const marks = (await Promise.all(reads)).map(({ lastReadSeq }) => lastReadSeq);
    expect(marks).toEqual(marks.toSorted((a, b) => a - b));
    const { lastSeq, unreadCount, lastReadSeq } = await bob.sees(id);
    expect(unreadCount).toBe(lastSeq - lastReadSeq);
    await expectLastUnread(reader, lastReadSeq);
  });

  async function expectLastUnread(socket: TestSocket, lastReadSeq: number): Promise<void> {
    await socket.first('unread:updated', (told) => told.lastReadSeq === lastReadSeq);
    const told = socket.all('unread:updated').map((each) => each.lastReadSeq);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  }
});

/** A small seeded generator, so that a failure can be repeated with PARLEY_TEST_SEED. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
