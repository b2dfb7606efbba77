import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { ConversationListsRepository } from '../src/modules/conversations/conversation-lists.repository.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, groupOf, NOBODY, Person, people, succeeded, times } from './people.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const viewOf = (person: Person) => expect.objectContaining({ id: person.id, username: person.username });

async function countOf(table: 'conversations' | 'conversation_participants' | 'users'): Promise<number> {
  const [row] = await node.rows<{ count: number }>(sql`SELECT count(*)::int AS count FROM ${sql.raw(table)}`);
  return row?.count ?? -1;
}

describe('a direct conversation', () => {
  it('S2.7 §3: is created with 201, and the same one is answered with 200 from either side', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const first = await ann.post('/conversations', { type: 'direct', memberIds: [bob.id] });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      type: 'direct',
      name: null,
      isArchived: false,
      createdBy: ann.id,
      memberCount: 2,
      lastSeq: 0,
      version: 1,
      receipts: 0,
      lastMessage: null,
      unreadCount: 0,
      mentionCount: 0,
      lastReadSeq: 0,
      lastDeliveredSeq: 0,
      myRole: 'owner',
      peer: { id: bob.id, username: bob.username, isOnline: false, lastSeenAt: null },
    });
    for (const [who, peer] of [
      [ann, bob],
      [bob, ann],
    ] as const) {
      const again = await who.post('/conversations', { type: 'direct', memberIds: [peer.id] });
      expect([again.status, again.body.id, again.body.peer.id]).toEqual([200, first.body.id, peer.id]);
    }
  });

  it('§3: twenty creations at the same instant from both sides make one: one 201, one id, one event each', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const sockets = await Promise.all([ann.connect(), bob.connect()]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const [from, to] = i % 2 ? [ann, bob] : [bob, ann];
        return from.post('/conversations', { type: 'direct', memberIds: [to.id] });
      }),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([...times(19, 200), 201]);
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    const [id] = [...ids] as [string];
    const probe = await ann.say(id, 'probe');
    for (const [i, socket] of sockets.entries()) {
      await socket.reaches(id, probe.version);
      expect((await socket.first('conversation:created')).conversation.peer.id).toBe([bob, ann][i]?.id);
      expect(socket.durable(id).map(({ name, payload }) => [name, payload.version])).toEqual([
        ['conversation:created', 1],
        ['message:new', 2],
      ]);
    }
    // Nobody's memberships were counted for a creation that came too late.
    const [row] = await node.rows<{ membership_version: string }>(
      sql`SELECT membership_version FROM users WHERE id = ${ann.id}`,
    );
    expect(Number(row?.membership_version)).toBe(1);
  });

  it('S3.32: with oneself, with no one, with two, with a name or with a stranger to the server is refused, each with its path', async () => {
    const [ann, bob, eve] = (await people(node, 3)) as [Person, Person, Person];
    const before = await countOf('conversations');
    const cases: [object, string][] = [
      [{ memberIds: [ann.id] }, 'memberIds'],
      [{ memberIds: [] }, 'memberIds'],
      [{ memberIds: [bob.id, eve.id] }, 'memberIds'],
      [{ memberIds: [ann.id, bob.id] }, 'memberIds'],
      [{ memberIds: [bob.id], name: 'Us' }, 'name'],
      [{ memberIds: [NOBODY] }, 'memberIds.0'],
    ];
    for (const [body, path] of cases) {
      const answer = await ann.post('/conversations', { type: 'direct', ...body });
      expect(answer.status).toBe(400);
      expect(answer.body.error).toMatchObject({ code: 'validation_failed', details: [{ path }] });
    }
    expect(await countOf('conversations')).toBe(before);
  });

  it('§3: an id of the client’s own does not make a second one of the same pair', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const id = await directOf(ann, bob);
    const answer = await bob.post('/conversations', { id: randomUUID(), type: 'direct', memberIds: [ann.id] });
    expect([answer.status, answer.body.id]).toEqual([200, id]);
  });

  it('§6: both may archive; its name, its members and their roles are fixed', async () => {
    const [ann, bob, eve] = (await people(node, 3)) as [Person, Person, Person];
    const id = await directOf(ann, bob);
    const path = `/conversations/${id}`;
    const { version } = await ann.sees(id);
    for (const [one, other] of [
      [ann, bob],
      [bob, ann],
    ] as const) {
      const refused = await Promise.all([
        one.patch(path, { name: 'Us' }),
        one.post(`${path}/members`, { memberIds: [eve.id] }),
        one.delete(`${path}/members/${other.id}`),
        one.delete(`${path}/members/${one.id}`),
        one.patch(`${path}/members/${other.id}`, { role: 'admin' }),
      ]);
      expect(refused.map(({ status, body }) => [status, body.error.code])).toEqual(times(5, [409, 'conflict']));
    }
    expect((await ann.sees(id)).version).toBe(version);
    for (const who of [ann, bob]) {
      for (const isArchived of [true, false]) {
        expect((await who.patch(path, { isArchived })).body).toMatchObject({ isArchived });
      }
    }
  });
});

describe('a group', () => {
  it('S2.8 §3: creation is version 1, lastSeq 0, receipts 0 and writes no message; its detail names the members', async () => {
    const [ann, bob, eve] = (await people(node, 3)) as [Person, Person, Person];
    const answer = await ann.post('/conversations', {
      type: 'group',
      name: '  Lunch\u0065\u0301  ',
      memberIds: [bob.id, eve.id, bob.id, ann.id],
    });
    expect(answer.status).toBe(201);
    const { members, ...item } = answer.body;
    expect(item).toEqual({
      id: expect.stringMatching(UUID),
      type: 'group',
      name: 'Lunché'.normalize('NFC'),
      isArchived: false,
      createdBy: ann.id,
      createdAt: expect.stringMatching(TIME),
      updatedAt: item.createdAt,
      memberCount: 3,
      lastSeq: 0,
      version: 1,
      receipts: 0,
      peer: null,
      myRole: 'owner',
      lastMessage: null,
      unreadCount: 0,
      mentionCount: 0,
      lastReadSeq: 0,
      lastDeliveredSeq: 0,
    });
    expect(members).toHaveLength(3);
    for (const [who, role] of [
      [ann, 'owner'],
      [bob, 'member'],
      [eve, 'member'],
    ] as const) {
      expect(members).toContainEqual({
        user: { id: who.id, username: who.username, displayName: expect.any(String), avatarUrl: null, isBot: false },
        role,
        joinedAt: item.createdAt,
        leftAt: null,
        silencedUntil: null,
        lastReadSeq: 0,
        lastDeliveredSeq: 0,
        version: 1,
      });
    }
    expect((await bob.sees(item.id)).myRole).toBe('member');
    expect((await ann.get(`/conversations/${item.id}/messages`)).body.items).toEqual([]);
  });

  it('§5: every member receives conversation:created with version 1, as they see it, and then version 2', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const sockets = await Promise.all([ann.connect(), ann.connect(), bob.connect()]);
    const id = await groupOf(ann, [bob]);
    await ann.say(id, 'first');
    for (const [i, socket] of sockets.entries()) {
      await socket.reaches(id, 2);
      expect(socket.versions(id)).toEqual([1, 2]);
      const { conversation } = await socket.first('conversation:created');
      expect(conversation).toMatchObject({
        id,
        type: 'group',
        myRole: i < 2 ? 'owner' : 'member',
        unreadCount: expect.any(Number),
      });
      expect(conversation).toHaveProperty('peer', null);
      expect(conversation).not.toHaveProperty('members');
    }
  });

  it('§3: a client-made id makes creation repeatable, ten times at the same instant too', async () => {
    const [ann, bob, eve] = (await people(node, 3)) as [Person, Person, Person];
    const id = randomUUID().toUpperCase();
    const body = { id, type: 'group', name: 'Once', memberIds: [bob.id, eve.id] };
    const answers = await Promise.all(Array.from({ length: 10 }, () => ann.post('/conversations', body)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([...times(9, 200), 201]);
    expect(new Set(answers.map((answer) => answer.body.id))).toEqual(new Set([id.toLowerCase()]));
    const later = await ann.post('/conversations', { ...body, memberIds: [eve.id, bob.id] });
    expect(later.status).toBe(200);
    expect(later.body).toMatchObject({ id: id.toLowerCase(), version: 1, memberCount: 3 });
  });

  it('§3: the same id with another payload, or by another creator, is idempotency_conflict', async () => {
    const [ann, bob, eve] = (await people(node, 3)) as [Person, Person, Person];
    const id = randomUUID();
    const body = { id, type: 'group', name: 'Once', memberIds: [bob.id] };
    succeeded(await ann.post('/conversations', body));
    const others = await Promise.all([
      ann.post('/conversations', { ...body, name: 'Twice' }),
      ann.post('/conversations', { ...body, memberIds: [bob.id, eve.id] }),
      ann.post('/conversations', { id, type: 'direct', memberIds: [bob.id] }),
      bob.post('/conversations', body),
      eve.post('/conversations', body),
    ]);
    expect(others.map(({ status, body: { error } }) => [status, error.code])).toEqual(
      times(5, [409, 'idempotency_conflict']),
    );
    expect(await ann.sees(id)).toMatchObject({ name: 'Once', version: 1, memberCount: 2 });
    // Not even an id that the server made can be taken over.
    const taken = await groupOf(ann, [bob]);
    expect((await eve.post('/conversations', { ...body, id: taken })).body.error.code).toBe('idempotency_conflict');
  });

  it('A32: whatever is wrong in a creation is validation_failed with its path, and nothing is stored', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const before = await countOf('conversations');
    const group = { type: 'group', name: 'A', memberIds: [bob.id] };
    const cases: [unknown, string][] = [
      [{ ...group, name: undefined }, 'name'],
      [{ ...group, name: null }, 'name'],
      [{ ...group, name: '' }, 'name'],
      [{ ...group, name: ' \u200b' }, 'name'],
      [{ ...group, name: 'a\nb' }, 'name'],
      [{ ...group, name: 'a\u202eb' }, 'name'],
      [{ ...group, name: 'a\u0000b' }, 'name'],
      [{ ...group, name: 'a\ud800b' }, 'name'],
      [{ ...group, name: 'x'.repeat(101) }, 'name'],
      [{ ...group, name: 7 }, 'name'],
      [{ ...group, type: 'room' }, 'type'],
      [{ ...group, type: undefined }, 'type'],
      [{ ...group, id: 'mine' }, 'id'],
      [{ ...group, memberIds: undefined }, 'memberIds'],
      [{ ...group, memberIds: bob.id }, 'memberIds'],
      [{ ...group, memberIds: [bob.id, 'bob'] }, 'memberIds'],
      [{ ...group, memberIds: [bob.id, null] }, 'memberIds'],
      [{ ...group, memberIds: [{ externalId: 'x', role: 'owner' }] }, 'memberIds'],
      [{ ...group, memberIds: Array(101).fill(bob.id) }, 'memberIds'],
      [{ ...group, memberIds: [bob.id, NOBODY] }, 'memberIds.1'],
      [{ ...group, isArchived: true }, 'isArchived'],
      [{ ...group, createdBy: bob.id }, 'createdBy'],
      [{ ...group, version: 7 }, 'version'],
      [{ ...group, role: 'owner' }, 'role'],
      [[group], ''],
    ];
    for (const [body, path] of cases) {
      const answer = await ann.post('/conversations', body);
      expect([answer.status, answer.body.error?.code, answer.body.error?.details?.[0]?.path, body]).toEqual([
        400,
        'validation_failed',
        path,
        body,
      ]);
    }
    const polluted = await ann.post(
      '/conversations',
      `{"type":"group","name":"A","memberIds":[],"__proto__":{"name":"x"},"constructor":{}}`,
    );
    expect(polluted.body.error.details.map((each: { path: string }) => each.path)).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect(await countOf('conversations')).toBe(before);
  });
});

describe('members named by the host product', () => {
  it('§2: with the scope users:provision they are created and join, those known already as they are', async () => {
    const host = await aPerson(node, { scope: 'openid users:provision' });
    const sub = `ext-${randomUUID()}`;
    const known = await aPerson(node);
    const memberIds = [{ externalId: sub, name: 'Zoë' }, { externalId: sub, name: 'Zoë' }, known.id];
    const created = succeeded(await host.post('/conversations', { type: 'group', name: 'Hosts', memberIds }));
    expect(created.memberCount).toBe(3);
    const zoe = created.members.find(({ user }: { user: { displayName: string } }) => user.displayName === 'Zoë');
    const theirs = await node.hostUser(sub);
    expect(zoe.user.id).toBe(theirs.id);
    const added = succeeded(
      await host.post(`/conversations/${created.id}/members`, {
        memberIds: [{ externalId: sub }, { externalId: `${sub}2` }],
      }),
    );
    expect(added.items).toHaveLength(1);
  });

  it('§2: without the scope they are forbidden, and no user or conversation is created', async () => {
    const { id, owner } = await aGroup(node);
    const before = [await countOf('users'), await countOf('conversations'), (await owner.sees(id)).version];
    const memberIds = [{ externalId: `ext-${randomUUID()}` }];
    const answers = [
      await owner.post('/conversations', { type: 'group', name: 'X', memberIds }),
      await owner.post('/conversations', { type: 'direct', memberIds }),
      await owner.post(`/conversations/${id}/members`, { memberIds }),
    ];
    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(times(3, [403, 'forbidden']));
    expect([await countOf('users'), await countOf('conversations'), (await owner.sees(id)).version]).toEqual(before);
  });

  it('a stranger with the scope creates no users by way of a conversation that is not theirs', async () => {
    const { id } = await aGroup(node);
    const host = await aPerson(node, { scope: 'users:provision' });
    const before = await countOf('users');
    const answer = await host.post(`/conversations/${id}/members`, {
      memberIds: [{ externalId: `ext-${randomUUID()}` }],
    });
    expect(answer.body.error.code).toBe('not_found');
    expect(await countOf('users')).toBe(before);
  });
});

describe('the list', () => {
  it('S2.11 S2.32 S3.23: latest activity first, each with its last message and what is unread', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const ids = [
      await groupOf(ann, [bob], '0'),
      await groupOf(ann, [bob], '1'),
      await groupOf(ann, [bob], '2'),
    ] as const;
    await ann.say(ids[1], 'one');
    await ann.say(ids[0], 'two');
    const last = await ann.say(ids[0], 'three');
    const { items, nextCursor, hasMore, users } = succeeded(await bob.get('/conversations'));
    expect(items.map(({ id }: { id: string }) => id)).toEqual([ids[0], ids[1], ids[2]]);
    expect(items.map(({ unreadCount }: { unreadCount: number }) => unreadCount)).toEqual([2, 1, 0]);
    expect(items[0]).toMatchObject({ lastMessage: last, updatedAt: last.createdAt, lastSeq: 2, version: 3 });
    expect(items[2]).toMatchObject({ lastMessage: null, updatedAt: items[2].createdAt });
    expect(items[0]).not.toHaveProperty('members');
    expect([nextCursor, hasMore]).toEqual([null, false]);
    expect(users).toEqual([viewOf(ann)]);
    expect(
      succeeded(await ann.get('/conversations')).items.map(({ unreadCount }: { unreadCount: number }) => unreadCount),
    ).toEqual([0, 0, 0]);
  });

  it('S0.5: 25 conversations come in pages of 10 by cursor, each once, also while new ones come on top', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const ids: string[] = [];
    for (let i = 0; i < 25; i += 1) ids.unshift(await groupOf(ann, [bob], String(i)));
    const seen: string[] = [];
    let cursor = '';
    for (const expected of [10, 10, 5]) {
      const { body } = await bob.get(`/conversations?limit=10${cursor && `&cursor=${cursor}`}`);
      expect([body.items.length, body.hasMore, body.nextCursor !== null]).toEqual([
        expected,
        expected === 10,
        expected === 10,
      ]);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
      await groupOf(ann, [bob], 'on top');
    }
    expect(seen).toEqual(ids);
    expect((await bob.get('/conversations?limit=28')).body).toMatchObject({ hasMore: false, nextCursor: null });
    expect((await bob.get('/conversations?limit=27')).body).toMatchObject({ hasMore: true });
  });

  it('§3: an answer ends at 512 KB with hasMore, and whoever goes on meets every conversation once', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const ids: string[] = [];
    // Some are as large in the database as in an answer, some only in an answer.
    const large = [
      { type: 'data', content: '', metadata: { blob: 'x'.repeat(100_000) } },
      { content: `.${'\u0001'.repeat(10_239)}` },
    ];
    for (let i = 0; i < 16; i += 1) {
      const id = await groupOf(ann, [bob], String(i));
      succeeded(await ann.post(`/conversations/${id}/messages`, large[i < 8 ? 0 : 1]));
      ids.unshift(id);
    }
    const lists = node.node.app.get(ConversationListsRepository);
    const page = jest.spyOn(lists, 'page');
    const seen: string[][] = [];
    for (let cursor = ''; cursor !== null; ) {
      const answer = await bob.get(`/conversations?limit=100${cursor && `&cursor=${cursor}`}`);
      expect(Buffer.byteLength(answer.text)).toBeLessThanOrEqual(LIMITS.answerBytes);
      seen.push(answer.body.items.map(({ id }: { id: string }) => id));
      expect([answer.body.hasMore, answer.body.users]).toEqual([seen.flat().length < 16, [viewOf(ann)]]);
      cursor = answer.body.nextCursor;
    }
    expect(seen.flat()).toEqual(ids);
    expect(seen.map(({ length }) => length)).toEqual([8, 5, 3]);
    const read = await Promise.all(page.mock.results.map(({ value }) => value as ReturnType<typeof lists.page>));
    page.mockRestore();
    expect(read.map(({ length }) => length).slice(1)).toEqual([5, 3]);
  });

  it('conversations of the same millisecond are ordered by their ids', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const ids = await Promise.all(Array.from({ length: 5 }, (_, i) => groupOf(ann, [bob], String(i))));
    await node.rows(sql`UPDATE conversations SET updated_at = '2026-01-01T00:00:00Z' WHERE created_by = ${ann.id}`);
    const seen: string[] = [];
    for (let cursor = ''; cursor !== null; ) {
      const { body } = await bob.get(`/conversations?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(ids.toSorted().reverse());
  });

  it('A60: a tampered or foreign cursor, and a limit that is none, are validation_failed', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    await groupOf(ann, [bob]);
    await groupOf(ann, [bob]);
    const { nextCursor } = (await ann.get('/conversations?limit=1')).body;
    const flipped = `${nextCursor.slice(0, -1)}${nextCursor.endsWith('A') ? 'B' : 'A'}`;
    const members = (await ann.get(`/conversations/${await groupOf(ann, [bob])}/members?limit=1`)).body.nextCursor;
    for (const cursor of [flipped, `${nextCursor}A`, nextCursor.slice(1), '', 'abc', '%00', members, 'x'.repeat(300)]) {
      const answer = await ann.get(`/conversations?limit=1&cursor=${cursor}`);
      expect([cursor, answer.status, answer.body.error?.details?.[0].path]).toEqual([cursor, 400, 'cursor']);
    }
    for (const limit of ['0', '-1', '1e9', 'abc', '101', '']) {
      expect((await ann.get(`/conversations?limit=${limit}`)).body.error?.details[0].path).toBe('limit');
    }
    expect((await ann.get('/conversations?sort=created_at;drop')).status).toBe(400);
    expect((await ann.get('/conversations?archived=maybe')).status).toBe(400);
  });

  it('§3: archived ones are listed with archived=true', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const [live, archived] = [await groupOf(ann, [bob]), await groupOf(ann, [bob])];
    succeeded(await ann.patch(`/conversations/${archived}`, { isArchived: true }));
    const idsOf = async (query: string) =>
      (await bob.get(`/conversations${query}`)).body.items.map(({ id }: { id: string }) => id);
    expect(await idsOf('')).toEqual([live]);
    expect(await idsOf('?archived=false')).toEqual([live]);
    expect(await idsOf('?archived=true')).toEqual([archived]);
    expect(await idsOf('?archived=all')).toEqual([archived, live]);
  });

  it('S3.23: takes the same number of statements for one conversation and for many', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const { $client: client } = node.node.databases.main.db as unknown as {
      $client: { query: (...sent: unknown[]) => unknown };
    };
    const query = client.query;
    let statements: string[] = [];
    /** Those that each of several answers takes: the node itself asks something now and then. */
    const counted = async () => {
      const ofEach: string[][] = [];
      for (let i = 0; i < 4; i += 1) {
        statements = [];
        await bob.get('/conversations');
        ofEach.push(statements);
      }
      const countIn = (all: string[], one: string) => all.filter((each) => each === one).length;
      const different = [...new Set(ofEach.flat())];
      return different.reduce((sum, one) => sum + Math.min(...ofEach.map((all) => countIn(all, one))), 0);
    };
    client.query = (...sent) => {
      statements.push(JSON.stringify(sent[0]));
      return query(...sent);
    };
    try {
      await ann.say(await directOf(ann, bob), 'hello');
      const forFew = await counted();
      for (let i = 0; i < 8; i += 1) await ann.say(await groupOf(ann, [bob]), 'hello');
      expect(await counted()).toBe(forFew);
      expect(forFew).toBeLessThanOrEqual(2);
    } finally {
      client.query = query;
    }
  });

  it('§4: names in users everyone whom its last messages name, members named by system messages too', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    succeeded(await owner.delete(`/conversations/${id}/members/${eve.id}`));
    const { items, users } = (await bob.get('/conversations')).body;
    expect(items[0].lastMessage.metadata).toEqual({ event: 'member_removed', userIds: [eve.id] });
    expect(users.map((user: { id: string }) => user.id).sort()).toEqual([owner.id, eve.id].sort());
  });
});

describe('renaming and archiving', () => {
  it('§3 G3: a rename takes the next version, its system message the one after, and every member receives both', async () => {
    const { id, owner, members } = await aGroup(node, { name: 'Before' });
    const sockets = await Promise.all([owner.connect(), (members[0] as Person).connect()]);
    const answer = await owner.patch(`/conversations/${id}`, { name: ' After ' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      id,
      name: 'After',
      version: 3,
      lastSeq: 1,
      unreadCount: 0,
      members: expect.any(Array),
    });
    for (const socket of sockets) {
      await socket.reaches(id, 3);
      const [updated, message] = socket.durable(id);
      expect(updated).toEqual({
        name: 'conversation:updated',
        payload: {
          conversationId: id,
          version: 2,
          actorId: owner.id,
          conversation: {
            id,
            type: 'group',
            name: 'After',
            isArchived: false,
            createdBy: owner.id,
            createdAt: answer.body.createdAt,
            updatedAt: answer.body.updatedAt,
            memberCount: 2,
            lastSeq: 0,
            version: 2,
          },
        },
      });
      expect(message).toMatchObject({
        name: 'message:new',
        payload: { version: 3, message: { type: 'system', seq: 1 } },
      });
      expect(socket.all('message:sent')).toEqual([]);
    }
  });

  it('§3: archiving and unarchiving are events of their own', async () => {
    const { id, owner, members } = await aGroup(node);
    const socket = await (members[0] as Person).connect();
    for (const isArchived of [true, false]) {
      expect((await owner.patch(`/conversations/${id}`, { isArchived })).body).toMatchObject({ isArchived });
    }
    await socket.reaches(id, 5);
    const base = { conversationId: id, actorId: owner.id };
    expect(socket.durable(id).filter(({ name }) => name !== 'message:new')).toEqual([
      { name: 'conversation:archived', payload: { ...base, version: 2, isArchived: true } },
      { name: 'conversation:archived', payload: { ...base, version: 4, isArchived: false } },
    ]);
  });

  it('§3: a command that finds its result there succeeds, takes no version, writes no history, emits nothing', async () => {
    const { id, owner, members } = await aGroup(node, { name: 'Same' });
    const [bob] = members as [Person];
    const socket = await bob.connect();
    const answers = [
      await owner.patch(`/conversations/${id}`, { name: 'Same ' }),
      await owner.patch(`/conversations/${id}`, { isArchived: false }),
      await owner.patch(`/conversations/${id}/members/${bob.id}`, { role: 'member' }),
      await owner.patch(`/conversations/${id}/members/${owner.id}`, { role: 'owner' }),
      await owner.post(`/conversations/${id}/members`, { memberIds: [bob.id, owner.id] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(times(5, 200));
    expect(answers[0]?.body).toMatchObject({ name: 'Same', version: 1, lastSeq: 0 });
    expect(answers[2]?.body).toMatchObject({ role: 'member', user: { id: bob.id } });
    expect(answers[4]?.body.items).toEqual([]);
    const probe = await owner.say(id, 'probe');
    expect([probe.version, probe.seq]).toEqual([2, 1]);
    await socket.reaches(id, 2);
    expect(socket.versions(id)).toEqual([2]);
    expect(
      await node.rows(sql`SELECT 1 FROM conversation_changes WHERE conversation_id = ${id} AND version > 1`),
    ).toEqual([]);
  });

  it('§3 A32: takes exactly one of name and isArchived, each of its type', async () => {
    const { id, owner } = await aGroup(node, { name: 'Stays' });
    const bodies = [
      {},
      { name: 'A', isArchived: true },
      { name: null },
      { isArchived: null },
      { name: null, isArchived: true },
      { isArchived: 'true' },
      { isArchived: 1 },
      { name: '' },
      { name: ['A'] },
      { name: 'A', version: 9 },
      { type: 'direct' },
      { lastSeq: 1 },
      [],
    ];
    for (const body of bodies) {
      const answer = await owner.patch(`/conversations/${id}`, body);
      expect([body, answer.status, answer.body.error?.code]).toEqual([body, 400, 'validation_failed']);
    }
    expect(await owner.sees(id)).toMatchObject({ name: 'Stays', isArchived: false, version: 1 });
  });

  it('A27 §6: what is archived can only be read, marked, left and unarchived; the rest is a conflict with its reason', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const [bob, eve, leaver] = members as [Person, Person, Person];
    const dan = await aPerson(node);
    const message = await owner.say(id, 'before');
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: true }));
    const { version } = await owner.sees(id);
    const socket = await owner.connect();
    const path = `/conversations/${id}`;
    const clientMessageId = randomUUID();
    const refused = await Promise.all([
      owner.post(`${path}/messages`, { content: 'after', clientMessageId }),
      owner.post('/messages/send', { conversationId: id, content: 'after', clientMessageId }),
      owner.patch(path, { name: 'Other' }),
      owner.post(`${path}/members`, { memberIds: [dan.id] }),
      owner.delete(`${path}/members/${eve.id}`),
      owner.patch(`${path}/members/${eve.id}`, { role: 'admin' }),
    ]);
    for (const { status, body } of refused) {
      expect(status).toBe(409);
      expect(body.error).toMatchObject({ code: 'conflict', details: [{ path: 'conversation', message: 'archived' }] });
    }
    const ack = await socket.ask('message:send', { conversationId: id, content: 'after', clientMessageId });
    expect(ack).toMatchObject({
      success: false,
      error: { code: 'conflict', clientMessageId, details: [{ path: 'conversation', message: 'archived' }] },
    });
    expect((await owner.sees(id)).version).toBe(version);
    expect((await bob.get(`${path}/messages`)).body.items).toHaveLength(2);
    expect((await bob.post(`${path}/read`, { messageId: message.id })).body).toMatchObject({ lastReadSeq: 1 });
    expect((await eve.post(`${path}/delivered`, { seq: 1 })).status).toBe(200);
    expect((await leaver.delete(`${path}/members/${leaver.id}`)).status).toBe(204);
    expect((await owner.patch(path, { isArchived: false })).status).toBe(200);
    expect((await owner.say(id, 'after')).content).toBe('after');
  });
});

describe('aliases', () => {
  it('S4.28 §3: /api/rooms is /api/conversations, route by route', async () => {
    const [ann, bob, eve] = (await people(node, 3)) as [Person, Person, Person];
    const created = await ann.post('/rooms', { type: 'group', name: 'Room', memberIds: [bob.id] });
    expect(created.status).toBe(201);
    const { id } = created.body;
    const message = succeeded(await ann.post(`/rooms/${id}/messages`, { content: 'hi' }));
    expect((await bob.get('/rooms')).text).toBe((await bob.get('/conversations')).text);
    expect((await bob.get(`/rooms/${id}`)).text).toBe((await bob.get(`/conversations/${id}`)).text);
    expect((await bob.get(`/rooms/${id}/members`)).text).toBe((await bob.get(`/conversations/${id}/members`)).text);
    expect((await bob.get(`/rooms/${id}/messages`)).text).toBe((await bob.get(`/conversations/${id}/messages`)).text);
    expect((await bob.get(`/rooms/${id}/messages/${message.id}`)).text).toBe(
      (await bob.get(`/messages/${message.id}`)).text,
    );
    expect((await bob.post(`/rooms/${id}/delivered`, { seq: 1 })).body).toMatchObject({
      lastDeliveredSeq: 1,
      lastReadSeq: 0,
    });
    expect((await bob.post(`/rooms/${id}/read`, { seq: 1 })).body).toMatchObject({ lastReadSeq: 1 });
    expect((await ann.post(`/rooms/${id}/members`, { memberIds: [eve.id] })).status).toBe(201);
    expect((await ann.patch(`/rooms/${id}/members/${eve.id}`, { role: 'admin' })).body).toMatchObject({
      role: 'admin',
    });
    expect((await ann.delete(`/rooms/${id}/members/${eve.id}`)).status).toBe(204);
    expect((await ann.patch(`/rooms/${id}`, { name: 'Other' })).body).toMatchObject({ name: 'Other' });
  });
});

describe('who is no member', () => {
  it('A18 A25: gets the same 404 for every verb, byte for byte apart from requestId, as for a conversation that is not there', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ex, bob] = members as [Person, Person];
    await owner.say(id, 'secret');
    succeeded(await owner.delete(`/conversations/${id}/members/${ex.id}`));
    const mallory = await aPerson(node);
    const { version } = await owner.sees(id);
    const clientMessageId = randomUUID();
    const requests = (who: Person, of: string) => [
      who.get(`/conversations/${of}`),
      who.patch(`/conversations/${of}`, { name: 'Mine' }),
      who.patch(`/conversations/${of}`, { isArchived: true }),
      who.get(`/conversations/${of}/members`),
      who.post(`/conversations/${of}/members`, { memberIds: [who.id] }),
      who.patch(`/conversations/${of}/members/${who.id}`, { role: 'owner' }),
      who.patch(`/conversations/${of}/members/${bob.id}`, { role: 'owner' }),
      who.delete(`/conversations/${of}/members/${bob.id}`),
      who.delete(`/conversations/${of}/members/${who.id}`),
      who.get(`/conversations/${of}/messages`),
      who.get(`/conversations/${of}/messages?before=1`),
      who.get(`/conversations/${of}/messages?before=${NOBODY}`),
      who.get(`/messages?conversationId=${of}`),
      who.get(`/rooms/${of}/messages/${NOBODY}`),
      who.post(`/conversations/${of}/messages`, { content: 'hi', clientMessageId }),
      who.post('/messages/send', { conversationId: of, content: 'hi', clientMessageId }),
      who.post(`/conversations/${of}/read`, { seq: 1 }),
      who.post(`/conversations/${of}/delivered`, { seq: 1 }),
      who.get(`/rooms/${of}`),
    ];
    for (const who of [mallory, ex]) {
      const plain = async (of: string) =>
        (await Promise.all(requests(who, of))).map(({ status, text, body }) => [
          status,
          text.replace(body.error?.requestId, 'X'),
        ]);
      const [real, none] = [await plain(id), await plain(NOBODY)];
      expect(real).toEqual(none);
      expect(real.map(([status]) => status)).toEqual(times(real.length, 404));
    }
    expect((await owner.sees(id)).version).toBe(version);
    expect((await mallory.get('/conversations?archived=all')).body.items).toEqual([]);
    expect((await ex.get('/conversations?archived=all')).body.items).toEqual([]);
  });

  it('A2 S3.14: without a good token every verb is unauthenticated, before anything is looked at', async () => {
    const { id, owner } = await aGroup(node);
    const expired = await node.hostToken('late', { exp: Math.floor(Date.now() / 1000) - 1 });
    const tokens: [string, string][] = [
      ['', 'unauthenticated'],
      ['garbage', 'unauthenticated'],
      [`${owner.token.slice(0, -3)}AAA`, 'unauthenticated'],
      [expired, 'token_expired'],
    ];
    for (const [token, code] of tokens) {
      const nobody = new Person(node, NOBODY, 'nobody', token);
      const answers = await Promise.all([
        nobody.get('/conversations'),
        nobody.post('/conversations', { wrong: true }),
        nobody.get(`/conversations/${id}`),
        nobody.patch('/conversations/not-an-id', { name: 'Mine' }),
        nobody.get(`/conversations/${id}/members`),
        nobody.post(`/conversations/${id}/members`, { memberIds: [] }),
        nobody.patch(`/conversations/${id}/members/${owner.id}`, { role: 'member' }),
        nobody.delete(`/conversations/${id}/members/${owner.id}`),
        nobody.get(`/conversations/${id}/messages?limit=0`),
        nobody.post(`/conversations/${id}/messages`, { content: 'x' }),
        nobody.post('/messages/send', {}),
        nobody.get('/messages'),
        nobody.get(`/messages/${NOBODY}`),
        nobody.get('/messages/unread'),
        nobody.post(`/conversations/${id}/read`, {}),
        nobody.post(`/conversations/${id}/delivered`, {}),
        nobody.get('/rooms'),
        nobody.get(`/rooms/${id}/messages/${NOBODY}`),
      ]);
      expect(answers.map(({ status, body }) => [status, body.error?.code])).toEqual(times(answers.length, [401, code]));
    }
    expect((await owner.sees(id)).version).toBe(1);
  });

  it('a malformed id is validation_failed', async () => {
    const ann = await aPerson(node);
    for (const id of ['abc', `${NOBODY}0`, 'null', '..%2f..']) {
      expect((await ann.get(`/conversations/${id}`)).body.error).toMatchObject({
        code: 'validation_failed',
        details: [{ path: 'id' }],
      });
    }
  });

  it('a server admin has no access to conversations they are not in', async () => {
    const fresh = await startNode();
    try {
      const account = await fresh.register('chief');
      const { id } = await aGroup(fresh);
      await fresh.request.get(`/api/conversations/${id}`).set('authorization', account.bearer).expect(404);
      await fresh.request.get(`/api/conversations/${id}/messages`).set('authorization', account.bearer).expect(404);
    } finally {
      await fresh.close();
    }
  });
});
