import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { startNode, type TestNode } from './node.js';
import { type Answer, aGroup, aPerson, groupOf, NOBODY, type Person, people, succeeded, times } from './people.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const remove = (actor: Person, id: string, target: Person) => actor.delete(`/conversations/${id}/members/${target.id}`);
const add = (actor: Person, id: string, ...targets: Person[]) =>
  actor.post(`/conversations/${id}/members`, { memberIds: targets.map((each) => each.id) });
const changeRole = (actor: Person, id: string, target: Person, role: string) =>
  actor.patch(`/conversations/${id}/members/${target.id}`, { role });

describe('who may in a group', () => {
  let ann: Person;
  let otherOwner: Person;
  let admin: Person;
  let otherAdmin: Person;
  let member: Person;
  let otherMember: Person;
  let newcomer: Person;
  let cast: Record<string, Person>;

  beforeAll(async () => {
    const all = (await people(node, 9)) as [Person, Person, Person, Person, Person, Person, Person, Person, Person];
    [ann, otherOwner, admin, otherAdmin, member, otherMember, newcomer] = all;
    cast = { owner: ann, admin, member, 'former member': all[7], stranger: all[8] };
  });

  async function aFullGroup(): Promise<string> {
    const id = await groupOf(ann, [
      otherOwner,
      admin,
      otherAdmin,
      member,
      otherMember,
      cast['former member'] as Person,
    ]);
    await Promise.all([
      changeRole(ann, id, otherOwner, 'owner').then(succeeded),
      changeRole(ann, id, admin, 'admin').then(succeeded),
      changeRole(ann, id, otherAdmin, 'admin').then(succeeded),
      remove(ann, id, cast['former member'] as Person).then(succeeded),
    ]);
    return id;
  }

  const verbs: [string, (actor: Person, id: string) => Promise<Answer>, Record<string, number>][] = [
    ['read', (actor, id) => actor.get(`/conversations/${id}/messages`), { owner: 200, admin: 200, member: 200 }],
    [
      'send',
      (actor, id) => actor.post(`/conversations/${id}/messages`, { content: 'hi' }),
      { owner: 201, admin: 201, member: 201 },
    ],
    [
      'mark',
      (actor, id) => actor.post(`/conversations/${id}/read`, { seq: 1 }),
      { owner: 200, admin: 200, member: 200 },
    ],
    [
      'see the members',
      (actor, id) => actor.get(`/conversations/${id}/members`),
      { owner: 200, admin: 200, member: 200 },
    ],
    [
      'rename',
      (actor, id) => actor.patch(`/conversations/${id}`, { name: 'New' }),
      { owner: 200, admin: 200, member: 403 },
    ],
    ['add members', (actor, id) => add(actor, id, newcomer), { owner: 201, admin: 201, member: 403 }],
    ['remove a member', (actor, id) => remove(actor, id, otherMember), { owner: 204, admin: 204, member: 403 }],
    ['remove an admin', (actor, id) => remove(actor, id, otherAdmin), { owner: 204, admin: 403, member: 403 }],
    ['remove an owner', (actor, id) => remove(actor, id, otherOwner), { owner: 204, admin: 403, member: 403 }],
    [
      'make a member admin',
      (actor, id) => changeRole(actor, id, otherMember, 'admin'),
      { owner: 200, admin: 403, member: 403 },
    ],
    [
      'make a member owner',
      (actor, id) => changeRole(actor, id, otherMember, 'owner'),
      { owner: 200, admin: 403, member: 403 },
    ],
    [
      'make an admin member',
      (actor, id) => changeRole(actor, id, otherAdmin, 'member'),
      { owner: 200, admin: 403, member: 403 },
    ],
    [
      'make an owner member',
      (actor, id) => changeRole(actor, id, otherOwner, 'member'),
      { owner: 200, admin: 403, member: 403 },
    ],
    [
      'make oneself owner',
      (actor, id) => changeRole(actor, id, actor, 'owner'),
      { owner: 200, admin: 403, member: 403 },
    ],
    [
      'archive',
      (actor, id) => actor.patch(`/conversations/${id}`, { isArchived: true }),
      { owner: 200, admin: 200, member: 403 },
    ],
    [
      'unarchive',
      async (actor, id) => {
        succeeded(await ann.patch(`/conversations/${id}`, { isArchived: true }));
        return actor.patch(`/conversations/${id}`, { isArchived: false });
      },
      { owner: 200, admin: 200, member: 403 },
    ],
    ['leave', (actor, id) => remove(actor, id, actor), { owner: 204, admin: 204, member: 204 }],
  ];

  it.each(verbs)('A18 A24 A25: %s: owner, admin, member, former member, stranger', async (_verb, act, expected) => {
    for (const [name, actor] of Object.entries(cast)) {
      const id = await aFullGroup();
      const before = await state(id);
      const { status, body } = await act(actor, id);
      expect([name, status]).toEqual([name, expected[name] ?? 404]);
      if (status < 400) continue;
      expect(body.error.code).toBe(status === 403 ? 'forbidden' : 'not_found');
      if (_verb !== 'unarchive') expect(await state(id)).toEqual(before);
    }
  });

  const state = (id: string) =>
    node.rows(sql`
      SELECT c.version, c.name, c.is_archived, p.user_id, p.role, p.left_at, p.last_read_seq
        FROM conversations c JOIN conversation_participants p ON p.conversation_id = c.id
       WHERE c.id = ${id} ORDER BY p.user_id`);
});

describe('the last owner', () => {
  it('A24 §6: leaves only after passing it on, or when alone', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    expect((await remove(owner, id, owner)).body.error.code).toBe('forbidden');
    expect((await changeRole(owner, id, owner, 'member')).body.error.code).toBe('forbidden');
    expect(await owner.sees(id)).toMatchObject({ myRole: 'owner', version: 1 });
    succeeded(await changeRole(owner, id, bob, 'owner'));
    expect((await remove(owner, id, owner)).status).toBe(204);
    expect((await bob.sees(id)).myRole).toBe('owner');
    expect((await remove(bob, id, bob)).status).toBe(204);
    expect((await bob.get(`/conversations/${id}`)).status).toBe(404);
  });

  it('is still there when two owners leave at the same instant', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, owner, members } = await aGroup(node, { members: 2 });
      const [other] = members as [Person, Person];
      succeeded(await changeRole(owner, id, other, 'owner'));
      const answers = await Promise.all([remove(owner, id, owner), remove(other, id, other)]);
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([204, 403]);
    }
  });

  it('is still there when two owners make each other members at the same instant', async () => {
    const { id, owner, members } = await aGroup(node);
    const [other] = members as [Person];
    succeeded(await changeRole(owner, id, other, 'owner'));
    const answers = await Promise.all([changeRole(owner, id, other, 'member'), changeRole(other, id, owner, 'member')]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 403]);
    const roles = (await owner.sees(id)).members.map(({ role }: { role: string }) => role);
    expect(roles.toSorted()).toEqual(['member', 'owner']);
  });
});

describe('adding', () => {
  it('§3: 100 at once take one version, one event and one system message; 101 are refused', async () => {
    const { id, owner } = await aGroup(node, { members: 0 });
    const crowd = await people(node, 101);
    const [first, ...rest] = crowd as [Person, ...Person[]];
    const [old, fresh] = [await owner.connect(), await first.connect()];
    const refused = await add(owner, id, ...crowd);
    expect(refused.body.error).toMatchObject({ code: 'validation_failed', details: [{ path: 'memberIds' }] });
    expect((await add(owner, id)).body.error).toMatchObject({
      code: 'validation_failed',
      details: [{ path: 'memberIds' }],
    });
    expect((await owner.sees(id)).version).toBe(1);
    const answer = await add(owner, id, first, ...rest.slice(0, 99));
    expect([answer.status, answer.body.items.length]).toEqual([201, 100]);
    expect(answer.body.items[0]).toMatchObject({ role: 'member', leftAt: null, version: 2, lastReadSeq: 0 });
    expect(await owner.sees(id)).toMatchObject({ version: 3, memberCount: 101, lastSeq: 1 });
    await Promise.all([old.reaches(id, 3), fresh.reaches(id, 3)]);
    expect(old.durable(id).map(({ name }) => name)).toEqual(['member:added', 'message:new']);
    expect(old.all('member:added')[0]).toMatchObject({ conversationId: id, version: 2, actorId: owner.id });
    expect(old.all('member:added')[0].members).toHaveLength(100);
    expect(fresh.durable(id).map(({ name, payload }) => [name, payload.version])).toEqual([
      ['conversation:created', 2],
      ['message:new', 3],
    ]);
    expect(fresh.all('conversation:created')[0].conversation).toMatchObject({
      id,
      myRole: 'member',
      unreadCount: 0,
      memberCount: 101,
    });
    expect((await first.sees(id)).members).toHaveLength(100);
    expect((await first.get(`/conversations/${id}/members?limit=100`)).body).toMatchObject({ hasMore: true });
  });

  it('§3: members already are skipped; an unknown user is refused with the path, and no one is added', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const [eve, dan] = (await people(node, 2)) as [Person, Person];
    const answer = succeeded(await add(owner, id, bob, eve, eve, owner));
    expect(answer.items.map((each: { user: { id: string } }) => each.user.id)).toEqual([eve.id]);
    expect((await owner.sees(id)).memberCount).toBe(3);
    const unknown = await owner.post(`/conversations/${id}/members`, { memberIds: [dan.id, NOBODY] });
    expect(unknown.body.error).toMatchObject({ code: 'validation_failed', details: [{ path: 'memberIds.1' }] });
    expect((await dan.get(`/conversations/${id}`)).status).toBe(404);
    for (const body of [{}, { memberIds: null }, { memberIds: [eve.id], role: 'owner' }, { userIds: [eve.id] }]) {
      expect((await owner.post(`/conversations/${id}/members`, body)).body.error.code).toBe('validation_failed');
    }
  });

  it('the same people by two admins at the same instant join once', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    succeeded(await changeRole(owner, id, bob, 'admin'));
    const crowd = await people(node, 5);
    const answers = await Promise.all([add(owner, id, ...crowd), add(bob, id, ...crowd.toReversed())]);
    expect(answers.map(({ body }) => body.items.length).sort((a, b) => a - b)).toEqual([0, 5]);
    expect(await owner.sees(id)).toMatchObject({ memberCount: 7, version: 5 });
    const versions = await node.rows<{ membership_version: string }>(
      sql`SELECT membership_version FROM users WHERE id IN ${crowd.map((each) => each.id)}`,
    );
    expect(versions.map((row) => Number(row.membership_version))).toEqual(times(5, 1));
  });

  it('G5: a member reads the whole history, also what was sent before joining, and none of it is unread', async () => {
    const { id, owner } = await aGroup(node, { members: 0 });
    for (const content of ['one', 'two', 'three']) await owner.say(id, content);
    const bob = await aPerson(node);
    succeeded(await add(owner, id, bob));
    expect(await bob.sees(id)).toMatchObject({ unreadCount: 0, lastReadSeq: 3, lastDeliveredSeq: 3, lastSeq: 4 });
    const { items } = (await bob.get(`/conversations/${id}/messages`)).body;
    expect(items.map((each: { content: string }) => each.content)).toEqual(['one', 'two', 'three', '']);
    await owner.say(id, 'four');
    expect(await bob.sees(id)).toMatchObject({ unreadCount: 1 });
  });

  it('§4: coming back is as a member, with nothing old unread', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    succeeded(await changeRole(owner, id, bob, 'owner'));
    succeeded(await remove(bob, id, bob));
    for (const content of ['one', 'two']) await owner.say(id, content);
    const { items } = succeeded(await add(owner, id, bob));
    expect(items[0]).toMatchObject({ role: 'member', leftAt: null, lastReadSeq: 4, lastDeliveredSeq: 4 });
    expect(await bob.sees(id)).toMatchObject({ myRole: 'member', unreadCount: 0, memberCount: 2 });
    expect(Date.parse(items[0].joinedAt)).toBeGreaterThanOrEqual(Date.parse((await owner.sees(id)).createdAt));
    expect((await bob.get('/messages/unread')).body).toEqual({ items: [], total: 0 });
  });
});

describe('removing', () => {
  it('G5: member:removed is the last event that the removed receive of it; the others go on', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const [mine, theirs, theirOther, others] = await Promise.all([
      owner.connect(),
      bob.connect(),
      bob.connect(),
      eve.connect(),
    ]);
    await owner.say(id, 'one');
    expect((await remove(owner, id, bob)).status).toBe(204);
    const probe = await owner.say(id, 'two');
    const elsewhere = await groupOf(owner, [bob]);
    for (const socket of [mine, others]) {
      await socket.reaches(id, probe.version);
      expect(socket.versions(id)).toEqual([2, 3, 4, 5]);
    }
    for (const socket of [theirs, theirOther]) {
      await socket.reaches(elsewhere, 1);
      expect(socket.durable(id).map(({ name }) => name)).toEqual(['message:new', 'member:removed']);
      expect(socket.all('member:removed')).toEqual([
        { conversationId: id, version: 3, actorId: owner.id, userId: bob.id },
      ]);
    }
  });

  it('takes effect at once: the removed can neither read nor write, by REST or socket', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const message = await owner.say(id, 'one');
    const socket = await bob.connect();
    succeeded(await remove(owner, id, bob));
    const acks = [
      await socket.ask('message:send', { conversationId: id, content: 'x' }),
      await socket.ask('message:read', { conversationId: id, seq: 1 }),
      await socket.ask('message:delivered', { conversationId: id, seq: 1 }),
      await socket.ask('conversation:open', { conversationId: id }),
      await socket.ask('conversation:join', { conversationId: id }),
      await socket.ask('conversation:leave', { conversationId: id }),
    ];
    expect(acks.map((ack) => ack.error?.code)).toEqual(times(6, 'not_found'));
    expect((await bob.get(`/messages/${message.id}`)).status).toBe(404);
    expect((await bob.get(`/conversations/${id}/messages`)).status).toBe(404);
  });

  it('who has left already is left alone; who was never there is not found', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const eve = await aPerson(node);
    succeeded(await remove(owner, id, bob));
    const { version } = await owner.sees(id);
    expect((await remove(owner, id, bob)).status).toBe(204);
    expect((await remove(owner, id, eve)).status).toBe(404);
    expect((await changeRole(owner, id, bob, 'admin')).status).toBe(404);
    expect((await changeRole(owner, id, eve, 'admin')).status).toBe(404);
    expect(await owner.sees(id)).toMatchObject({ version, memberCount: 1 });
  });

  it('§6: a role that is none is refused', async () => {
    const { id, owner, members } = await aGroup(node);
    for (const body of [{ role: 'king' }, { role: null }, {}, { role: 'admin', userId: owner.id }]) {
      const answer = await owner.patch(`/conversations/${id}/members/${members[0]?.id}`, body);
      expect(answer.body.error.code).toBe('validation_failed');
    }
  });
});

describe('a change of roles', () => {
  it('§5: is sent to every member as member:updated with the whole member', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    const answer = succeeded(await changeRole(owner, id, bob, 'admin'));
    await socket.reaches(id, 3);
    expect(socket.all('member:updated')).toEqual([
      { conversationId: id, version: 2, actorId: owner.id, members: [answer] },
    ]);
    expect(answer).toMatchObject({ user: { id: bob.id }, role: 'admin', version: 2 });
    expect(await bob.sees(id)).toMatchObject({ myRole: 'admin', version: 3 });
  });
});

describe('the list of members', () => {
  it('S0.5: comes in pages by the time of joining, departed ones left out, its cursors good for it alone', async () => {
    const { id, owner, members } = await aGroup(node, { members: 6 });
    succeeded(await remove(owner, id, members[3] as Person));
    const seen: string[] = [];
    for (let cursor = ''; cursor !== null; ) {
      const { body } = await owner.get(`/conversations/${id}/members?limit=4${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items.map((each: { user: { id: string } }) => each.user.id));
      cursor = body.nextCursor;
    }
    const present = [owner, ...members].filter((each) => each !== members[3]).map((each) => each.id);
    expect(seen.toSorted()).toEqual(present.toSorted());
    const other = await groupOf(owner, [members[0] as Person]);
    const { nextCursor } = (await owner.get(`/conversations/${id}/members?limit=1`)).body;
    const foreign = await owner.get(`/conversations/${other}/members?limit=1&cursor=${nextCursor}`);
    expect(foreign.body.error).toMatchObject({ code: 'validation_failed', details: [{ path: 'cursor' }] });
    // A cursor from when one was a member opens nothing afterwards.
    const gone = members[0] as Person;
    const theirs = (await gone.get(`/conversations/${id}/members?limit=1`)).body.nextCursor;
    succeeded(await remove(gone, id, gone));
    expect((await gone.get(`/conversations/${id}/members?limit=1&cursor=${theirs}`)).status).toBe(404);
  });
});

describe('system messages', () => {
  it('S4.14 §4: are written with each change in its transaction: the change’s version comes first, the message’s next', async () => {
    const { id, owner, members } = await aGroup(node, { name: 'Old' });
    const [bob] = members as [Person];
    const [eve, dan] = (await people(node, 2)) as [Person, Person];
    const socket = await owner.connect();
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'New' }));
    succeeded(await add(owner, id, eve, dan));
    succeeded(await changeRole(owner, id, bob, 'admin'));
    succeeded(await remove(bob, id, eve));
    succeeded(await remove(dan, id, dan));
    succeeded(await bob.patch(`/conversations/${id}`, { isArchived: true }));
    succeeded(await bob.patch(`/conversations/${id}`, { isArchived: false }));
    const { items } = (await owner.get(`/conversations/${id}/messages`)).body;
    const told: [Person, object][] = [
      [owner, { event: 'renamed', from: 'Old', to: 'New' }],
      [owner, { event: 'member_added', userIds: [eve.id, dan.id] }],
      [owner, { event: 'role_changed', userIds: [bob.id], from: 'member', to: 'admin' }],
      [bob, { event: 'member_removed', userIds: [eve.id] }],
      [dan, { event: 'member_left' }],
      [bob, { event: 'archived' }],
      [bob, { event: 'unarchived' }],
    ];
    expect(items).toEqual(
      told.map(([actor, metadata], i) => ({
        id: expect.any(String),
        conversationId: id,
        seq: i + 1,
        clientMessageId: expect.any(String),
        senderId: actor.id,
        senderType: 'system',
        type: 'system',
        content: '',
        metadata,
        mentions: [],
        replyTo: null,
        reactions: [],
        status: 'sent',
        createdAt: expect.any(String),
        editedAt: null,
        deletedAt: null,
        isDeleted: false,
        version: 3 + 2 * i,
      })),
    );
    await socket.reaches(id, 15);
    expect(socket.versions(id)).toEqual(Array.from({ length: 14 }, (_, i) => i + 2));
    expect(socket.durable(id).map(({ name }) => name)).toEqual(
      [
        'conversation:updated',
        'member:added',
        'member:updated',
        'member:removed',
        'member:removed',
        'conversation:archived',
        'conversation:archived',
      ].flatMap((name) => [name, 'message:new']),
    );
    expect(socket.all('message:new').map(({ message }) => message)).toEqual(items);
    // G6: they count as unread for nobody.
    expect((await owner.sees(id)).unreadCount).toBe(0);
    expect((await bob.sees(id)).unreadCount).toBe(0);
  });
});
