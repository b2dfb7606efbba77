import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { TRANSPORTS } from './message-transports.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, groupOf, NOBODY, type Person, people, succeeded } from './people.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const EMPTY = { content: '', metadata: {}, mentions: [], reactions: [], replyTo: null, isDeleted: true };
const rowsOf = async (table: string, messageId: string) =>
  (
    await node.rows(
      sql`SELECT 1 FROM ${sql.raw(table)} t JOIN messages m ON m.conversation_id = t.conversation_id AND m.seq = t.seq
           WHERE m.id = ${messageId}`,
    )
  ).length;

describe.each(TRANSPORTS)('deleting over %s', (_name, open) => {
  it('S4.22 §4: leaves a tombstone everywhere, and every member receives it with its version', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const sockets = await Promise.all([owner.connect(), bob.connect()]);
    const quoted = await owner.say(id, 'first');
    const more = { metadata: { a: 1 }, replyToId: quoted.id };
    const sent = await bob.say(id, `to @${owner.username} and @${bob.username}`, more);
    succeeded(await owner.post(`/messages/${sent.id}/reactions`, { emoji: '👍' }));
    const before = await owner.sees(id);
    expect(before.mentionCount).toBe(1);
    const { success, body } = await open(bob).delete(sent.id.toUpperCase());
    expect(success).toBe(true);
    const tombstone = { ...sent, ...EMPTY, deletedAt: body.message.deletedAt, version: before.version + 1 };
    expect(body).toEqual({ version: before.version + 1, message: tombstone });
    expect(Date.parse(body.message.deletedAt)).toBeGreaterThanOrEqual(Date.parse(sent.createdAt));
    for (const socket of sockets) {
      await socket.reaches(id, body.version);
      const { name, payload } = socket.durable(id).at(-1) as { name: string; payload: any };
      expect(name).toBe('message:deleted');
      const { mentionsRemoved, ...rest } = payload;
      expect(rest).toEqual({
        conversationId: id,
        version: body.version,
        actorId: bob.id,
        message: tombstone,
        mentionsAdded: [],
      });
      expect(new Set(mentionsRemoved)).toEqual(new Set([owner.id, bob.id]));
    }
    expect((await owner.get(`/messages/${sent.id}`)).body).toEqual(tombstone);
    expect((await owner.get(`/conversations/${id}/messages?limit=1`)).body.items).toEqual([tombstone]);
    const after = await owner.sees(id);
    expect(after.lastMessage).toEqual(tombstone);
    expect([await rowsOf('mentions', sent.id), await rowsOf('message_reactions', sent.id)]).toEqual([0, 0]);
    // It counts until passed; the mention in it does not.
    expect([after.unreadCount, after.mentionCount, after.lastSeq, after.updatedAt]).toEqual([
      before.unreadCount,
      0,
      before.lastSeq,
      before.updatedAt,
    ]);
    const [row] = await node.rows(
      sql`SELECT content, metadata, cardinality(mentions) AS mentions, reactions, deleted_by FROM messages WHERE id = ${sent.id}`,
    );
    expect(row).toEqual({ content: '', metadata: {}, mentions: 0, reactions: [], deleted_by: bob.id });
  });

  it('§3: one that is deleted already succeeds with the present state: no version, no event', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    const sent = await bob.say(id, 'x');
    const first = await open(bob).delete(sent.id);
    expect(await open(bob).delete(sent.id)).toEqual(first);
    const { body } = await open(owner).delete(sent.id);
    expect(body).toEqual({ ...first.body, message: { ...first.body.message, status: 'sent' } });
    const probe = await owner.say(id, 'probe');
    expect(probe.version).toBe(first.body.version + 1);
    await socket.reaches(id, probe.version);
    expect(socket.all('message:deleted')).toHaveLength(1);
  });

  it('§4: its replies show no excerpt any more, and keep their versions', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const elsewhere = await groupOf(owner, [bob]);
    const quoted = await owner.say(id, 'a secret');
    const others = await owner.say(elsewhere, 'not this');
    const same = await bob.say(elsewhere, 'of the same place', { replyToId: others.id });
    const reply = await bob.say(id, 'an answer', { replyToId: quoted.id });
    const blank = { ...reply, replyTo: { ...reply.replyTo, excerpt: '' } };
    await open(owner).delete(quoted.id);
    const answers = {
      page: (await owner.get(`/conversations/${id}/messages?after=${quoted.seq}`)).body.items,
      message: [(await owner.get(`/messages/${reply.id}`)).body],
      list: (await owner.get('/conversations')).body.items.flatMap((item: any) =>
        item.id === id ? [item.lastMessage] : [],
      ),
      detail: [(await owner.sees(id)).lastMessage],
      repeat: [await bob.say(id, 'an answer', { clientMessageId: reply.clientMessageId, replyToId: quoted.id })],
    };
    for (const [where, found] of Object.entries(answers)) expect([where, found]).toEqual([where, [blank]]);
    expect((await owner.get(`/messages/${same.id}`)).body.replyTo.excerpt).toBe('not this');
    const edited = await open(bob).edit(reply.id, { content: 'another answer' });
    expect(edited.body.message.replyTo).toEqual(blank.replyTo);
    expect(JSON.stringify(answers)).not.toContain('a secret');
  });

  it('§3: a reply to it is accepted, quoting nothing, and so is its repeat', async () => {
    const { id, owner } = await aGroup(node);
    const sent = await owner.say(id, 'x');
    await open(owner).delete(sent.id);
    const reply = await owner.say(id, 'y', { replyToId: sent.id });
    expect(reply.replyTo).toEqual({ id: sent.id, seq: sent.seq, senderId: owner.id, excerpt: '' });
    const repeat = await owner.say(id, 'y', { replyToId: sent.id, clientMessageId: reply.clientMessageId });
    expect(repeat).toEqual(reply);
    expect((await owner.get(`/conversations/${id}/messages?limit=1`)).body.items).toEqual([reply]);
  });

  it('S4.22 §6: in a group others’ messages are for admins and owners; in a direct conversation for no one', async () => {
    const [ann, admin, bob, eve] = (await people(node, 4)) as [Person, Person, Person, Person];
    const id = await groupOf(ann, [admin, bob, eve]);
    succeeded(await ann.patch(`/conversations/${id}/members/${admin.id}`, { role: 'admin' }));
    const tries = [];
    for (const [actor, sender] of [
      [bob, eve],
      [bob, ann],
      [bob, bob],
      [admin, bob],
      [admin, ann],
      [ann, admin],
    ] as const) {
      const { id: messageId } = await sender.say(id, 'x');
      const { code } = await open(actor).delete(messageId);
      tries.push(code);
      expect((await ann.get(`/messages/${messageId}`)).body.isDeleted).toBe(code === null);
    }
    expect(tries).toEqual(['forbidden', 'forbidden', null, null, null, null]);
    const direct = await directOf(ann, bob);
    const { id: messageId } = await bob.say(direct, 'x');
    expect((await open(ann).delete(messageId)).code).toBe('forbidden');
    expect((await open(bob).delete(messageId)).success).toBe(true);
  });

  it('§4: what the server wrote cannot be deleted', async () => {
    const { id, owner } = await aGroup(node);
    succeeded(await owner.patch(`/conversations/${id}`, { name: 'New' }));
    const { lastMessage } = await owner.sees(id);
    expect((await open(owner).delete(lastMessage.id)).code).toBe('forbidden');
    expect((await owner.sees(id)).lastMessage).toEqual(lastMessage);
  });

  it('§6: in an archived conversation it is a conflict', async () => {
    const { id, owner } = await aGroup(node);
    const [kept, gone] = [await owner.say(id, 'x'), await owner.say(id, 'y')];
    succeeded(await owner.delete(`/messages/${gone.id}`));
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: true }));
    for (const { id: messageId } of [kept, gone]) {
      expect((await open(owner).delete(messageId)).body).toMatchObject({
        code: 'conflict',
        details: [{ path: 'conversation', message: 'archived' }],
      });
    }
  });

  it('G5 §3: strangers and former members get the answer for a message that does not exist', async () => {
    const { id, owner, members } = await aGroup(node);
    const [former] = members as [Person];
    const { id: messageId } = await former.say(id, 'mine');
    succeeded(await owner.delete(`/conversations/${id}/members/${former.id}`));
    const nothing = await open(former).delete(NOBODY);
    expect(nothing.code).toBe('not_found');
    expect(await open(former).delete(messageId)).toEqual(nothing);
    expect(await open(await aPerson(node)).delete(messageId)).toEqual(nothing);
    expect((await owner.get(`/messages/${messageId}`)).body.isDeleted).toBe(false);
  });

  it.each(['x', '1', `${NOBODY}0`, 'null'])('§3: %j is no id of a message', async (bad) => {
    const { owner } = await aGroup(node);
    expect((await open(owner).delete(bad)).code).toBe('validation_failed');
  });

  it('G2: a repeat of the send is still answered with the original’s ids', async () => {
    const { id, owner } = await aGroup(node);
    const sent = await owner.say(id, 'x');
    await open(owner).delete(sent.id);
    const repeat = await owner.post(`/conversations/${id}/messages`, {
      content: 'x',
      clientMessageId: sent.clientMessageId,
    });
    expect([repeat.status, repeat.body.id, repeat.body.isDeleted, repeat.body.content]).toEqual([
      200,
      sent.id,
      true,
      '',
    ]);
  });
});

describe('a tombstone', () => {
  it('G6: counts as unread until passed', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const ids = [];
    for (const content of ['1', '2', '3']) ids.push((await owner.say(id, content)).id);
    succeeded(await owner.delete(`/messages/${ids[1]}`));
    expect((await bob.sees(id)).unreadCount).toBe(3);
    expect(succeeded(await bob.post(`/conversations/${id}/read`, { seq: 2 })).unreadCount).toBe(1);
  });

  it('§4: stands in pages of its type, and as an anchor', async () => {
    const { id, owner } = await aGroup(node);
    const [one, two] = [await owner.say(id, '1'), await owner.say(id, '2')];
    succeeded(await owner.delete(`/messages/${one.id}`));
    const page = (await owner.get(`/conversations/${id}/messages?around=${one.id}&type=text`)).body.items;
    expect(page.map((each: { id: string }) => each.id)).toEqual([one.id, two.id]);
  });
});

describe('unknown keys', () => {
  it('A63: are refused in the command', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await owner.connect();
    const { messageId } = await socket.say(id, 'x');
    for (const payload of [
      { messageId, conversationId: id },
      { messageId, for: 'all' },
      {},
      { messageId: 5 },
      { messageId: [messageId] },
    ]) {
      expect((await socket.ask('message:delete', payload)).error?.code).toBe('validation_failed');
    }
    expect((await owner.get(`/messages/${messageId}`)).body.isDeleted).toBe(false);
  });
});
