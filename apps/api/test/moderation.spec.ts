import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { ReportsRepository } from '../src/modules/moderation/reports.repository.js';
import { startNode, type TestNode } from './node.js';
import {
  type Answer,
  aGroup,
  aPerson,
  codeOf,
  directOf,
  groupOf,
  NOBODY,
  Person,
  people,
  succeeded,
} from './people.js';

let node: TestNode;
/** An admin of the server, who is in no conversation. */
let admin: Person;
beforeAll(async () => {
  node = await startNode({ ADMIN_USERS: 'host:keeper' });
  const { id, username, token } = await node.hostUser('keeper');
  admin = new Person(node, id, username, token);
});
afterAll(() => node.close());

const put = (person: Person, path: string, body?: unknown) => person.call<any>('PUT', path, body);
const send = (person: Person, id: string, more: object = {}) =>
  person.post(`/conversations/${id}/messages`, { content: 'hello', ...more });
const codes = (...answers: Answer[]) => answers.map(codeOf);
const audited = async (conversationId: string) =>
  node.rows<{ action: string; actor: string; target: string; details: object }>(sql`
    SELECT action, actor_id AS actor, target_id AS target, details FROM audit_log
     WHERE conversation_id = ${conversationId} ORDER BY at, id`);

describe('blocking somebody', () => {
  it('§6: refuses their direct sends on REST and sockets, answers repeats of what was stored, and all else as ever', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const id = await directOf(ann, bob);
    const clientMessageId = randomUUID();
    const before = succeeded(await send(bob, id, { clientMessageId }));
    expect((await put(ann, `/users/${bob.id}/block`)).status).toBe(204);
    const socket = await bob.connect();
    const refused = await send(bob, id);
    expect(codes(refused)).toEqual(['forbidden']);
    expect(refused.body.error.clientMessageId).toBeDefined();
    expect(await socket.ask('message:send', { conversationId: id, content: 'hello' })).toMatchObject({
      success: false,
      error: { code: 'forbidden' },
    });
    expect(codes(await bob.post('/messages/send', { receiverId: ann.id, content: 'hello' }))).toEqual(['forbidden']);
    const repeat = await send(bob, id, { clientMessageId });
    expect([repeat.status, repeat.body.id]).toEqual([200, before.id]);
    expect(codes(await send(bob, id, { clientMessageId, content: 'other' }))).toEqual(['idempotency_conflict']);
    const others = [
      await bob.post('/conversations', { type: 'direct', memberIds: [ann.id] }),
      await bob.get(`/conversations/${id}`),
      await bob.patch(`/messages/${before.id}`, { content: 'edited' }),
      await bob.post(`/conversations/${id}/read`, { seq: 1 }),
    ];
    expect(codes(...others)).toEqual([200, 200, 200, 200]);
    expect(codes(await send(ann, id))).toEqual([201]);
    const group = await groupOf(ann, [bob]);
    expect(codes(await send(bob, group))).toEqual([201]);
    expect((await ann.delete(`/users/${bob.id}/block`)).status).toBe(204);
    expect(codes(await send(bob, id))).toEqual([201]);
    socket.close();
  });

  it('§6: creating a conversation with somebody who blocks one answers as ever', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    await put(ann, `/users/${bob.id}/block`);
    expect(codes(await bob.post('/conversations', { type: 'direct', memberIds: [ann.id] }))).toEqual([201]);
    expect((await ann.get('/conversations')).body.items).toHaveLength(1);
    expect(codes(await bob.post('/messages/send', { receiverId: ann.id, content: 'hello' }))).toEqual(['forbidden']);
  });

  it('is told to all sockets of the one who blocks, and to nobody else', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    await directOf(ann, bob);
    const [first, second, other] = await Promise.all([ann.connect(), ann.connect(), bob.connect()]);
    await put(ann, `/users/${bob.id}/block`);
    await put(ann, `/users/${bob.id}/block`);
    for (const socket of [first, second]) {
      expect(await socket.first('user:blocked')).toEqual({ userId: bob.id, isBlocked: true });
    }
    const { items } = succeeded(await ann.get('/users/me/blocks'));
    expect(items.map((user: { id: string }) => user.id)).toEqual([bob.id]);
    await ann.delete(`/users/${bob.id}/block`);
    await second.first('user:blocked', ({ isBlocked }) => !isBlocked);
    expect(second.all('user:blocked')).toHaveLength(2);
    expect(other.all('user:blocked')).toEqual([]);
    expect(succeeded(await ann.get('/users/me/blocks')).items).toEqual([]);
    for (const socket of [first, second, other]) socket.close();
  });

  it('refuses oneself, nobody, and more people than one may block', async () => {
    const ann = await aPerson(node);
    const answers = [
      await put(ann, `/users/${ann.id}/block`),
      await put(ann, `/users/${NOBODY}/block`),
      await put(ann, '/users/me/block'),
      await ann.delete(`/users/${NOBODY}/block`),
    ];
    expect(codes(...answers)).toEqual(['validation_failed', 'not_found', 'validation_failed', 204]);
    await node.rows(sql`
      WITH many AS (
        INSERT INTO users (id, username, display_name)
        SELECT gen_random_uuid(), 'many' || n, 'm' FROM generate_series(1, 1000) n RETURNING id)
      INSERT INTO user_blocks (blocker_id, blocked_id) SELECT ${ann.id}, id FROM many`);
    expect(codes(await put(ann, `/users/${admin.id}/block`))).toEqual(['conflict']);
    expect(succeeded(await ann.get('/users/me/blocks')).items).toHaveLength(1000);
  });
});

describe('silencing a member', () => {
  const path = (id: string, { id: userId }: Person) => `/conversations/${id}/members/${userId}/silence`;

  it('S4.44: refuses their sends and edits for that time, repeats excepted, and ends by itself', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, cem] = members as [Person, Person];
    const clientMessageId = randomUUID();
    const before = succeeded(await send(bob, id, { clientMessageId }));
    const socket = await cem.connect();
    const answer = succeeded(await put(owner, path(id, bob), { seconds: 60 }));
    expect(Date.parse(answer.silencedUntil)).toBeGreaterThan(Date.now() + 50_000);
    const { version, members: told } = await socket.first('member:updated');
    expect([version, told]).toEqual([3, [answer]]);
    expect((await owner.sees(id)).lastSeq).toBe(1);
    const refused = [await send(bob, id), await bob.patch(`/messages/${before.id}`, { content: 'new' })];
    for (const { status, body } of refused) {
      expect([status, body.error.code]).toEqual([403, 'forbidden']);
      expect(body.error.retryAfterMs).toBeGreaterThan(50_000);
      expect(body.error.retryAfterMs).toBeLessThanOrEqual(60_000);
    }
    expect(codes(await send(bob, id, { clientMessageId }))).toEqual([200]);
    expect(codes(await bob.post(`/conversations/${id}/read`, { seq: 1 }))).toEqual([200]);
    expect(codes(await send(cem, id))).toEqual([201]);
    await node.rows(sql`
      UPDATE conversation_participants SET silenced_until = now() - interval '1 ms' WHERE user_id = ${bob.id}`);
    expect(codes(await send(bob, id))).toEqual([201]);
    socket.close();
  });

  it('is ended before its time, holds when its member comes back, and takes a version only where it changes', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    succeeded(await put(owner, path(id, bob), { seconds: 3600 }));
    succeeded(await bob.delete(`/conversations/${id}/members/${bob.id}`));
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [bob.id] }));
    expect(codes(await send(bob, id))).toEqual(['forbidden']);
    const { silencedUntil } = succeeded(await owner.delete(path(id, bob)));
    const { version } = await owner.sees(id);
    expect(silencedUntil).toBeNull();
    succeeded(await owner.delete(path(id, bob)));
    expect((await owner.sees(id)).version).toBe(version);
    expect(codes(await send(bob, id))).toEqual([201]);
  });

  it('is for no owner, nor oneself, nor strangers, and for a minute to a year', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, cem] = members as [Person, Person];
    succeeded(await owner.patch(`/conversations/${id}/members/${bob.id}`, { role: 'admin' }));
    const body = { seconds: 60 };
    const answers = [
      await put(bob, path(id, owner), body),
      await put(bob, path(id, bob), body),
      await put(bob, path(id, admin), body),
      await put(cem, path(id, bob), body),
    ];
    expect(codes(...answers)).toEqual(['forbidden', 'validation_failed', 'not_found', 'forbidden']);
    for (const seconds of [0, 59, 1.5, -60, 31_536_001, '60', null, undefined]) {
      expect(codes(await put(bob, path(id, cem), { seconds }))).toEqual(['validation_failed']);
    }
    succeeded(await put(owner, path(id, bob), body));
    expect(codes(await bob.delete(path(id, bob)), await send(bob, id))).toEqual(['validation_failed', 'forbidden']);
    expect((await audited(id)).map(({ action }) => action)).toEqual(['role_changed', 'member_silenced']);
    const promoted = succeeded(await owner.patch(`/conversations/${id}/members/${bob.id}`, { role: 'owner' }));
    expect(promoted.silencedUntil).toBeNull();
  });
});

describe('banning somebody from a group', () => {
  const path = (id: string, { id: userId }: { id: string }) => `/conversations/${id}/bans/${userId}`;

  it('removes them, and refuses whoever adds them until they are unbanned', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, cem] = members as [Person, Person];
    const socket = await bob.connect();
    expect((await put(owner, path(id, bob))).status).toBe(204);
    expect(await socket.first('member:removed')).toMatchObject({ userId: bob.id, conversationId: id });
    expect(codes(await bob.get(`/conversations/${id}`))).toEqual(['not_found']);
    const { version } = await owner.sees(id);
    expect((await put(owner, path(id, bob))).status).toBe(204);
    expect((await owner.sees(id)).version).toBe(version);
    const added = await owner.post(`/conversations/${id}/members`, { memberIds: [cem.id, bob.id, admin.id] });
    expect([added.status, added.body.error.details]).toEqual([409, [{ path: 'memberIds', message: 'banned' }]]);
    const list = succeeded(await owner.get(`/conversations/${id}/bans`));
    expect(list).toMatchObject({ items: [{ user: { id: bob.id }, bannedBy: owner.id }], hasMore: false });
    expect(list.users.map((user: { id: string }) => user.id)).toEqual([owner.id]);
    expect((await owner.delete(path(id, bob))).status).toBe(204);
    expect((await owner.delete(path(id, bob))).status).toBe(204);
    expect(codes(await owner.post(`/conversations/${id}/members`, { memberIds: [bob.id] }))).toEqual([201]);
    expect((await audited(id)).map(({ action, target }) => [action, target])).toEqual([
      ['member_banned', bob.id],
      ['member_unbanned', bob.id],
    ]);
    socket.close();
  });

  it('is for no owner, nor oneself, and by an admin for no other admin who is in it', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, cem] = members as [Person, Person];
    for (const { id: userId } of [bob, cem]) {
      succeeded(await owner.patch(`/conversations/${id}/members/${userId}`, { role: 'admin' }));
    }
    const answers = [
      await put(bob, path(id, owner)),
      await put(bob, path(id, cem)),
      await put(bob, path(id, bob)),
      await put(bob, path(id, { id: NOBODY })),
      await put(bob, path(id, admin)),
    ];
    expect(codes(...answers)).toEqual(['forbidden', 'forbidden', 'validation_failed', 'not_found', 204]);
    expect((await owner.sees(id)).memberCount).toBe(3);
    expect((await put(owner, path(id, bob))).status).toBe(204);
    expect(succeeded(await cem.get(`/conversations/${id}/bans?limit=1`))).toMatchObject({ hasMore: true });
  });

  it('holds against somebody who adds them at the same instant', async () => {
    const { id, owner } = await aGroup(node);
    const others = await people(node, 8);
    await Promise.all(
      others.flatMap((each) => [
        put(owner, path(id, each)),
        owner.post(`/conversations/${id}/members`, { memberIds: [each.id] }),
      ]),
    );
    expect((await owner.sees(id)).memberCount).toBe(2);
  });
});

describe('reporting a message', () => {
  it('in a group tells its admins and owners, who see it without a copy and resolve it once', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, cem] = members as [Person, Person];
    const message = await bob.say(id, 'an insult');
    const [leader, member] = await Promise.all([owner.connect(), bob.connect()]);
    const body = { reason: 'harassment', comment: '  Every day.\nSee above. ' };
    const report = succeeded(await cem.post(`/messages/${message.id}/reports`, body));
    expect(report).toMatchObject({
      ...{ conversationId: id, messageId: message.id, seq: 1, senderId: bob.id, reporterId: cem.id },
      ...{ reason: 'harassment', comment: 'Every day.\nSee above.', content: null, resolvedAt: null, resolvedBy: null },
    });
    const again = await cem.post(`/messages/${message.id}/reports`, { reason: 'spam' });
    expect([again.status, again.body]).toEqual([200, report]);
    expect(await leader.first('report:updated')).toEqual({
      ...{ reportId: report.id, conversationId: id, isResolved: false },
    });
    const list = succeeded(await owner.get(`/conversations/${id}/reports?isResolved=false`));
    expect(list.items).toEqual([report]);
    expect(list.users.map((user: { id: string }) => user.id).toSorted()).toEqual([bob.id, cem.id].toSorted());
    expect(
      codes(await cem.get(`/conversations/${id}/reports`), await admin.get(`/conversations/${id}/reports`)),
    ).toEqual(['forbidden', 'not_found']);
    const resolve = (person: Person, isResolved: unknown = true) =>
      person.patch(`/reports/${report.id}`, { isResolved });
    expect(codes(await resolve(bob), await resolve(admin), await resolve(owner, false))).toEqual([
      ...['not_found', 'not_found', 'validation_failed'],
    ]);
    const resolved = succeeded(await resolve(owner));
    expect(resolved).toMatchObject({ resolvedBy: owner.id, resolvedAt: expect.any(String) });
    expect(succeeded(await resolve(owner))).toEqual(resolved);
    await leader.first('report:updated', ({ isResolved }) => isResolved);
    expect(member.all('report:updated')).toEqual([]);
    expect(succeeded(await owner.get(`/conversations/${id}/reports?isResolved=false`)).items).toEqual([]);
    expect(succeeded(await owner.get(`/conversations/${id}/reports?isResolved=true`)).items).toEqual([resolved]);
    expect(await audited(id)).toMatchObject([{ action: 'report_resolved', actor: owner.id, target: report.id }]);
    for (const socket of [leader, member]) socket.close();
  });

  it('in a direct conversation tells the server’s admins, with the text as it was, and nothing else of it', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const id = await directOf(ann, bob);
    const message = await bob.say(id, 'a threat');
    await bob.say(id, 'a secret');
    const keeper = await admin.connect();
    const report = succeeded(await ann.post(`/messages/${message.id}/reports`, { reason: 'violence' }));
    succeeded(await bob.delete(`/messages/${message.id}`));
    expect(await keeper.first('report:updated')).toEqual({
      ...{ reportId: report.id, conversationId: null, isResolved: false },
    });
    const list = await admin.get('/reports?isResolved=false');
    expect(list.body.items).toContainEqual({ ...report, content: 'a threat' });
    expect(list.text).not.toContain('a secret');
    expect(codes(await admin.get(`/conversations/${id}`), await admin.get(`/messages/${message.id}`))).toEqual([
      ...['not_found', 'not_found'],
    ]);
    expect(codes(await ann.get('/reports'), await ann.get(`/conversations/${id}/reports`))).toEqual([
      ...['forbidden', 'forbidden'],
    ]);
    expect(codes(await ann.patch(`/reports/${report.id}`, { isResolved: true }))).toEqual(['not_found']);
    expect(succeeded(await admin.patch(`/reports/${report.id}`, { isResolved: true }))).toMatchObject({
      resolvedBy: admin.id,
    });
    await eventually('it is logged', async () =>
      (await admin.get('/audit')).body.items.some((each: any) => each.target?.id === report.id),
    );
    keeper.close();
  });

  it('takes no copy of a text that is deleted at the same instant', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const conversationId = await directOf(ann, bob);
    const { id: messageId, seq } = await bob.say(conversationId, 'regretted');
    const place = { conversationId, messageId, seq, senderId: bob.id, reporterId: ann.id };
    const report = { ...place, id: randomUUID(), scope: 'server', reason: 'spam', content: 'regretted' } as const;
    succeeded(await bob.delete(`/messages/${messageId}`));
    // As if it had been read before.
    expect(await node.node.app.get(ReportsRepository).insert(report)).toBeNull();
    expect(codes(await ann.post(`/messages/${messageId}/reports`, { reason: 'spam' }))).toEqual(['conflict']);
  });

  it('refuses what is no message to report, and what is no reason', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const [kept, gone] = [await bob.say(id, 'one'), await bob.say(id, 'two')];
    succeeded(await bob.delete(`/messages/${gone.id}`));
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'Renamed' }));
    const { items } = succeeded(await owner.get(`/conversations/${id}/messages?type=system`));
    const report = (messageId: string, body: object = { reason: 'spam' }, by = owner) =>
      by.post(`/messages/${messageId}/reports`, body);
    const answers = [
      await report(gone.id),
      await report(items[0].id),
      await report(kept.id, { reason: 'spam' }, bob),
      await report(NOBODY),
      await report(kept.id, { reason: 'dislike' }),
      await report(kept.id, {}),
      await report(kept.id, { reason: 'spam', comment: 'x'.repeat(1001) }),
      await report(kept.id, { reason: 'spam', comment: 'a\0b' }),
      await report(kept.id, { reason: 'spam', content: 'x' }),
    ];
    expect(codes(...answers)).toEqual([
      ...['conflict', 'forbidden', 'forbidden', 'not_found', 'validation_failed', 'validation_failed'],
      ...['validation_failed', 'validation_failed', 'validation_failed'],
    ]);
    expect(answers[0]?.body.error.details).toEqual([{ path: 'message', message: 'deleted' }]);
    expect(succeeded(await owner.get(`/conversations/${id}/reports`)).items).toEqual([]);
  });
});

describe('the log of what administrators do', () => {
  it('S4.49: has each removal and each change of a role, with who did it, and nothing of whoever leaves by themselves', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, cem] = members as [Person, Person];
    succeeded(await owner.patch(`/conversations/${id}/members/${bob.id}`, { role: 'admin' }));
    succeeded(await owner.patch(`/conversations/${id}/members/${bob.id}`, { role: 'admin' }));
    succeeded(await owner.delete(`/conversations/${id}/members/${bob.id}`));
    succeeded(await cem.delete(`/conversations/${id}/members/${cem.id}`));
    expect(await audited(id)).toEqual([
      { action: 'role_changed', actor: owner.id, target: bob.id, details: { from: 'member', to: 'admin' } },
      { action: 'member_removed', actor: owner.id, target: bob.id, details: { role: 'admin' } },
    ]);
  });
});
