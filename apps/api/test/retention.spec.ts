import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { ReportsRepository } from '../src/modules/moderation/reports.repository.js';
import { ChangesTrimRepository } from '../src/modules/retention/changes-trim.repository.js';
import { RETENTION, RetentionJob } from '../src/modules/retention/index.js';
import { MessageExpiry } from '../src/modules/retention/message-expiry.js';
import { Hub } from '../src/realtime/hub/hub.js';
import { StreamSource } from '../src/realtime/hub/stream-source.js';
import { violationsOn } from './invariants.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, type Group, NOBODY, Person, succeeded } from './people.js';
import { fetched, SyncReader } from './sync-reader.js';
import { ENGINE } from './test-database.js';
import { aFile } from './uploads.js';

let node: TestNode;
const bounds = { ...RETENTION };

beforeAll(async () => {
  const settings = { ARCHIVE_AFTER_DAYS: '30', RETENTION_DAYS: '90', MAX_CONTENT_BYTES: '5000' };
  node = await startNode({ ...settings, ADMIN_USERS: 'host:chief' });
});
afterEach(() => {
  Object.assign(RETENTION, bounds);
});
afterAll(() => node.close());

const run = () => node.node.app.get(RetentionJob).run();
/** As if all that is in it so far had been written so long ago. */
const age = async (id: string, days: number) => {
  const by = sql`${days} * interval '1 day'`;
  await node.rows(sql`UPDATE messages SET created_at = created_at - ${by} WHERE conversation_id = ${id}`);
  await node.rows(
    sql`UPDATE conversations SET created_at = created_at - ${by}, updated_at = updated_at - ${by} WHERE id = ${id}`,
  );
};
const seqs = ({ items }: { items: { seq: number }[] }) => items.map(({ seq }) => seq);
const page = async (person: Person, id: string, query = '') =>
  succeeded(await person.get(`/conversations/${id}/messages${query}`));
const countOf = async (table: string, id: string) => {
  const name = sql.raw(table);
  const [row] = await node.rows<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM ${name} WHERE conversation_id = ${id}`,
  );
  return row?.count;
};

/** Five messages of its owner that are too old, which one member has read, and two of now, the first of which answers the last of those. */
async function aLongTalk(
  more: (group: Group, said: any[]) => Promise<unknown> = async () => undefined,
): Promise<Group & { said: any[] }> {
  const group = await aGroup(node, { members: 2 });
  const { id, owner, members } = group;
  const [ben] = members as [Person];
  const said: any[] = [];
  for (let n = 1; n <= 5; n += 1) said.push(await owner.say(id, `a phrase of long ago ${n} @${ben.username}`));
  await ben.post(`/conversations/${id}/read`, { seq: 5 });
  await more(group, said);
  await age(id, 100);
  said.push(await owner.say(id, 'what is said now', { replyToId: said[4].id }));
  said.push(await owner.say(id, `and this to @${ben.username}`));
  return { ...group, said };
}

describe('a conversation in which nobody has written for long', () => {
  it('S1.34 §6: is archived once, in its order, as its members archive it, and says why', async () => {
    const { id, owner, members } = await aGroup(node);
    const fresh = await aGroup(node);
    await owner.say(id, 'the last word');
    await age(id, 31);
    const socket = await (members[0] as Person).connect();
    await run();
    await run();
    await socket.reaches(id, 4);
    expect(socket.durable(id)).toMatchObject([
      { name: 'conversation:archived', payload: { version: 3, actorId: owner.id, isArchived: true } },
      {
        name: 'message:new',
        payload: { message: { type: 'system', metadata: { event: 'archived', reason: 'idle' } } },
      },
    ]);
    expect(await owner.sees(id)).toMatchObject({ isArchived: true, version: 4, lastSeq: 2 });
    expect((await owner.post(`/conversations/${id}/messages`, { content: 'no' })).body.error.code).toBe('conflict');
    expect(await fresh.owner.sees(fresh.id)).toMatchObject({ isArchived: false, version: 1 });
  });

  it('S1.34: is so no more once somebody has taken it out of the archive', async () => {
    const { id, owner } = await aGroup(node);
    await age(id, 31);
    await run();
    await owner.patch(`/conversations/${id}`, { isArchived: false });
    await run();
    expect(await owner.sees(id)).toMatchObject({ isArchived: false });
  });
});

describe('messages that are too old', () => {
  it('G3: are on no page and found by nothing, and those after them keep their numbers', async () => {
    const { id, owner, members, said } = await aLongTalk();
    const [ben] = members as [Person];
    await run();
    for (const query of ['', '?before=7', '?after=1', '?after=5', '?around=2', '?around=6&limit=1'])
      expect(seqs(await page(ben, id, query))).toEqual({ '?before=7': [6], '?around=6&limit=1': [6] }[query] ?? [6, 7]);
    expect(await page(ben, id, '?around=6&limit=1')).toMatchObject({ prevCursor: null, nextCursor: '6' });
    expect(await page(ben, id, '?before=3')).toMatchObject({ items: [], nextCursor: null, hasMore: false });
    const [gone, answer] = [said[4], said[5]];
    for (const path of ['', '/edits', '/receipts', '/reactions'])
      expect([path, (await ben.get(`/messages/${gone.id}${path}`)).status]).toEqual([path, 404]);
    expect(succeeded(await ben.get(`/messages/${answer.id}`)).replyTo).toMatchObject({
      id: gone.id,
      seq: 5,
      excerpt: '',
    });
    expect(succeeded(await ben.get('/search?q=phrase')).items).toEqual([]);
    expect(await owner.sees(id)).toMatchObject({ firstSeq: 6, lastSeq: 7, version: 9, lastMessage: { seq: 7 } });
    expect((await owner.say(id, 'and on it goes')).seq).toBe(8);
  });

  it('leave nothing behind but by what their repeats are known', async () => {
    let fileId = '';
    const { id, members } = await aLongTalk(async ({ id: groupId, owner, members: [reader] }, said) => {
      succeeded(await (reader as Person).post(`/messages/${said[0].id}/reactions`, { emoji: '👍' }));
      succeeded(await owner.patch(`/messages/${said[1].id}`, { content: 'changed' }));
      fileId = await aFile(owner);
      await owner.say(groupId, '', { type: 'file', metadata: { fileId } });
      await node.rows(sql`UPDATE files SET loose_since = NULL WHERE id = ${fileId}`);
    });
    const [ben] = members as [Person];
    expect((await ben.get(`/files/${fileId}`)).status).toBe(200);
    await run();
    expect((await ben.get(`/files/${fileId}`)).status).toBe(404);
    expect(await node.rows(sql`SELECT loose_since IS NULL AS kept FROM files WHERE id = ${fileId}`)).toEqual([
      { kept: false },
    ]);
    const tables = [
      'messages',
      'message_reactions',
      'message_edit_history',
      'message_files',
      'message_search',
      'mentions',
    ];
    const counts = await Promise.all(tables.map((table) => countOf(table, id)));
    expect(counts).toEqual([2, 0, 0, 0, 2, 1]);
    expect(await countOf('read_ranges', id)).toBe(0);
    expect(await countOf('expired_messages', id)).toBe(6);
  });

  it('G2: are sent once however late they are repeated, also with another text, since that is not known any more', async () => {
    const { id, owner, said } = await aLongTalk();
    await run();
    const { clientMessageId, id: messageId } = said[2];
    const socket = await owner.connect();
    for (const content of [said[2].content, 'another text']) {
      const repeat = await owner.post(`/conversations/${id}/messages`, { content, clientMessageId });
      expect([repeat.status, repeat.body]).toEqual([
        200,
        { id: messageId, conversationId: id, clientMessageId, seq: 3, duplicate: true },
      ]);
      const ack = await socket.ask('message:send', { conversationId: id, content, clientMessageId });
      expect(ack).toMatchObject({ success: true, messageId, seq: 3, duplicate: true });
    }
    const tooLong = await owner.post(`/conversations/${id}/messages`, { content: 'x'.repeat(6_000), clientMessageId });
    expect(tooLong.status).toBe(200);
    expect((await owner.say(id, 'a new one', { clientMessageId: randomUUID() })).seq).toBe(8);
  });

  it('G6: are nobody’s unread messages, and a mark at one of them changes nothing', async () => {
    const { id, owner, members } = await aLongTalk();
    const [ben, chi] = members as [Person, Person];
    await chi.post(`/conversations/${id}/read`, { seq: 2 });
    await run();
    const unread = async (person: Person) => {
      const summary = succeeded(await person.get('/messages/unread')).items;
      const { unreadCount, mentionCount } = await person.sees(id);
      expect(summary).toEqual([{ conversationId: id, unreadCount, mentionCount }]);
      return [unreadCount, mentionCount];
    };
    expect(await unread(ben)).toEqual([2, 1]);
    expect(await unread(chi)).toEqual([2, 0]);
    const marked = succeeded(await chi.post(`/conversations/${id}/read`, { seq: 4 }));
    expect(marked).toMatchObject({ lastReadSeq: 2, unreadCount: 2, lastSeq: 7 });
    expect(succeeded(await chi.post(`/conversations/${id}/read`, { seq: 6 }))).toMatchObject({ unreadCount: 1 });
    expect((await chi.post(`/conversations/${id}/read`, { seq: 8 })).status).toBe(400);
    expect((await owner.sees(id)).unreadCount).toBe(0);
  });

  it('G3 G4: go with a version of their own, with what hangs on them in steps that are bounded, after which who syncs has what is there', async () => {
    const { id, members } = await aLongTalk(async ({ owner, members: [reader] }, said) => {
      for (const [person, emoji] of [
        [reader, '👍'],
        [reader, '🎉'],
        [owner, '👍'],
      ] as const)
        succeeded(await (person as Person).post(`/messages/${said[0].id}/reactions`, { emoji }));
    });
    const [ben] = members as [Person];
    const reader = new SyncReader(ben);
    await reader.catchUp();
    const socket = await ben.connect();
    RETENTION.rows = 3;
    await run();
    await socket.reaches(id, 14);
    expect(
      socket.durable(id).map(({ name, payload }) => [name, payload.version, payload.conversation.firstSeq]),
    ).toEqual([
      ['conversation:updated', 12, 2],
      ['conversation:updated', 13, 5],
      ['conversation:updated', 14, 6],
    ]);
    await reader.catchUp();
    expect(reader.state()).toEqual(reader.knownOf(await fetched(ben)));
    expect(seqs(await page(ben, id))).toEqual([6, 7]);
    await run();
    expect((await ben.sees(id)).version).toBe(14);
  });

  it('go no further than it is forgotten when they were read, also where another node was faster', async () => {
    const { id, owner } = await aLongTalk();
    const expiry = node.node.app.get(MessageExpiry);
    const step = { conversationId: id, rows: RETENTION.rows };
    expect(await expiry.removeUpTo(step, 3)).toBe(3);
    expect([(await owner.sees(id)).firstSeq, await countOf('messages', id)]).toEqual([4, 4]);
    expect(await expiry.removeUpTo(step, 2)).toBeNull();
    expect([(await owner.sees(id)).firstSeq, await countOf('messages', id)]).toEqual([4, 4]);
    await run();
    expect((await owner.sees(id)).firstSeq).toBe(6);
  });

  it('are reported no more, at whatever moment they go', async () => {
    const { id, members, said } = await aLongTalk();
    const [ben] = members as [Person];
    await run();
    const gone = { id: randomUUID(), scope: 'group', conversationId: id, messageId: said[0].id, seq: 1 } as const;
    const report = { ...gone, senderId: said[0].senderId, reporterId: ben.id, reason: 'spam', content: 'a phrase' };
    expect(await node.node.app.get(ReportsRepository).insert(report)).toBeNull();
    expect((await ben.post(`/messages/${said[0].id}/reports`, { reason: 'spam' })).status).toBe(404);
  });

  it('G3: are told as what is left by a stream that was behind when they went', async () => {
    const { id, owner, said } = await aLongTalk();
    await owner.delete(`/messages/${said[3].id}`);
    await run();
    const source = node.node.app.get(StreamSource);
    const told = async (after: number) =>
      (await source.eventsWithin([{ conversationId: id, after, upTo: after + 1 }])).get(id);
    // Of the deletion of one that is nowhere any more.
    expect(await told(8)).toMatchObject([
      {
        name: 'conversation:updated',
        version: 9,
        payload: { version: 9, actorId: owner.id, conversation: { firstSeq: 6 } },
      },
    ]);
    expect(await told(6)).toMatchObject([{ name: 'message:new', version: 7 }]);
    expect(await told(10)).toEqual([]);
  });

  it('G4: close the sockets of a stream that was behind for longer than they are there, so that their clients sync', async () => {
    const { id, owner, members } = await aLongTalk();
    const socket = await (members[0] as Person).connect();
    await run();
    // As if this stream had stood still for all that time.
    for (const { stream } of node.node.app.get(Hub).open())
      if (stream.conversationId === id) Object.assign(stream, { cursor: 3 });
    await socket.end();
    expect((await owner.sees(id)).firstSeq).toBe(6);
  });

  it('do not keep others from going where they cannot go themselves', async () => {
    const [stuck, next] = [await aLongTalk(), await aLongTalk()];
    await node.rows(sql`
      CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'`);
    await node.rows(sql`
      CREATE TRIGGER refused BEFORE DELETE ON messages FOR EACH ROW
        WHEN (OLD.conversation_id = ${sql.raw(`'${stuck.id}'`)}) EXECUTE FUNCTION refused()`);
    RETENTION.failures = 1;
    await expect(run()).rejects.toThrow();
    expect((await next.owner.sees(next.id)).firstSeq).toBeUndefined();
    await run();
    expect((await next.owner.sees(next.id)).firstSeq).toBe(6);
    await expect(run()).rejects.toThrow();
    await node.rows(sql`DROP FUNCTION refused() CASCADE`);
    await run();
    await run();
    expect((await stuck.owner.sees(stuck.id)).firstSeq).toBe(6);
  });

  it('may be all that there were', async () => {
    const { id, owner, members } = await aGroup(node);
    const [ben] = members as [Person];
    for (const text of ['one', 'two']) await owner.say(id, text);
    await age(id, 92);
    await run();
    expect(await ben.sees(id)).toMatchObject({
      firstSeq: 3,
      lastSeq: 3,
      isArchived: true,
      lastMessage: { seq: 3 },
      unreadCount: 0,
    });
    await age(id, 92);
    await run();
    expect(await ben.sees(id)).toMatchObject({ firstSeq: 4, lastSeq: 3, lastMessage: null, unreadCount: 0 });
    expect(await page(ben, id)).toMatchObject({ items: [], hasMore: false });
    expect(succeeded(await ben.get('/conversations?archived=all')).items[0]).toMatchObject({ id, lastMessage: null });
    await owner.patch(`/conversations/${id}`, { isArchived: false });
    expect((await owner.say(id, 'again')).seq).toBe(5);
    expect((await ben.sees(id)).unreadCount).toBe(1);
  });
});

describe('the messages of one conversation', () => {
  const put = (person: Person, path: string, body: object) => person.call<any>('PUT', `/conversations/${path}`, body);
  const chief = async () => {
    const { id, username, token } = await node.hostUser('chief');
    return new Person(node, id, username, token);
  };

  it('are kept for longer or shorter where an owner says so, which members are told', async () => {
    const [longer, shorter] = [await aLongTalk(), await aGroup(node)];
    const socket = await (shorter.members[0] as Person).connect();
    expect((await put(longer.owner, `${longer.id}/retention`, { days: 101 })).body).toEqual({
      days: 101,
      serverDays: 90,
    });
    await put(shorter.owner, `${shorter.id}/retention`, { days: 5 });
    await socket.reaches(shorter.id, 3);
    expect(socket.durable(shorter.id)).toMatchObject([
      { name: 'conversation:updated', payload: { version: 2, actorId: shorter.owner.id } },
      { payload: { message: { type: 'system', metadata: { event: 'retention_changed', from: '', to: '5' } } } },
    ]);
    await shorter.owner.say(shorter.id, 'not for long');
    await age(shorter.id, 7);
    await run();
    expect((await longer.owner.sees(longer.id)).firstSeq).toBeUndefined();
    expect(await shorter.owner.sees(shorter.id)).toMatchObject({ firstSeq: 3, lastSeq: 2 });
    await put(longer.owner, `${longer.id}/retention`, { days: null });
    await put(longer.owner, `${longer.id}/retention`, { days: null });
    expect((await longer.owner.get(`/conversations/${longer.id}/retention`)).body).toEqual({
      days: null,
      serverDays: 90,
    });
    expect((await longer.owner.sees(longer.id)).version).toBe(12);
    await run();
    expect(await longer.owner.sees(longer.id)).toMatchObject({ firstSeq: 6 });
  });

  it.each([0, 1.5, -1, 36_501, '30', undefined])('are not kept for %p days', async (days) => {
    const { id, owner } = await aGroup(node);
    expect((await put(owner, `${id}/retention`, { days })).status).toBe(400);
  });

  it('stay while a server admin holds it, who sees nothing of it, and of which nobody else is told', async () => {
    const { id, owner } = await aLongTalk();
    const admin = await chief();
    expect((await put(owner, `${id}/hold`, { isHeld: true })).status).toBe(403);
    expect((await put(admin, `${id}/hold`, { isHeld: true })).body).toEqual({ isHeld: true });
    expect((await put(admin, `${NOBODY}/hold`, { isHeld: true })).status).toBe(404);
    expect((await admin.get(`/conversations/${id}`)).status).toBe(404);
    const before = await owner.sees(id);
    await run();
    expect(await owner.sees(id)).toEqual(before);
    await put(admin, `${id}/hold`, { isHeld: false });
    await run();
    expect(await owner.sees(id)).toMatchObject({ firstSeq: 6 });
    const { items } = succeeded(await admin.get('/audit'));
    const mine = items.filter(({ conversationId }: { conversationId: string }) => conversationId === id);
    expect(mine.map(({ action, actorId }: { action: string; actorId: string }) => [action, actorId])).toEqual([
      ['conversation_released', admin.id],
      ['conversation_held', admin.id],
    ]);
  });
});

describe('rows of changes', () => {
  it('S1.34 G4: are removed after a day, in steps; who was away since before syncs all the same, and what is new is delivered', async () => {
    const { id, owner, members } = await aGroup(node);
    const [ben] = members as [Person];
    const reader = new SyncReader(ben);
    await reader.catchUp();
    const said = await owner.say(id, 'something');
    await ben.post(`/messages/${said.id}/reactions`, { emoji: '👍' });
    await owner.patch(`/messages/${said.id}`, { content: 'something else' });
    await owner.patch(`/conversations/${id}`, { name: 'Renamed' });
    await node.rows(
      sql`UPDATE conversation_changes SET created_at = created_at - interval '25 hours' WHERE conversation_id = ${id}`,
    );
    await owner.patch(`/messages/${said.id}`, { content: 'and another thing' });
    const socket = await ben.connect();
    RETENTION.changes = 2;
    await run();
    expect(
      await node.rows(sql`SELECT version::integer FROM conversation_changes WHERE conversation_id = ${id}`),
    ).toEqual([{ version: 7 }]);
    await owner.say(id, 'more');
    await socket.reaches(id, 8);
    expect(socket.ended).toBeNull();
    await reader.catchUp();
    expect(reader.state()).toEqual(reader.knownOf(await fetched(ben)));
  });
});

// The embedded database has no other sessions that could hold anything.
if (ENGINE === 'postgres') {
  it('rows of changes of a conversation that is always in use are removed in between', async () => {
    const { id, owner } = await aGroup(node);
    for (const name of ['One', 'Two']) succeeded(await owner.patch(`/conversations/${id}`, { name }));
    await node.rows(
      sql`UPDATE conversation_changes SET created_at = created_at - interval '25 hours' WHERE conversation_id = ${id}`,
    );
    const { promise: held, resolve: hold } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const holding = node.node.databases.main.transaction(async (tx) => {
      await tx.execute(sql`SELECT 1 FROM conversations WHERE id = ${id} FOR NO KEY UPDATE`);
      hold();
      await released;
    });
    await held;
    let isOver = false;
    const trim = node.node.app.get(ChangesTrimRepository);
    const step = trim
      .step(500)
      // On a busy machine it may have waited for as long as it may.
      .catch(() => null)
      .finally(() => {
        isOver = true;
      });
    const isWaiting = async () => {
      const waiting = sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return (await node.rows(waiting)).length > 0 || isOver;
    };
    await eventually('the step comes to what is in use', isWaiting);
    release();
    await holding;
    expect((await step) ?? (await trim.step(500))).toEqual({ trimmed: 3, isMore: false });
  });
}

it('breaks nothing of what holds in every database', async () => {
  expect(await violationsOn(node)).toEqual([]);
});
