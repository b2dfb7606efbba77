import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { MessageTextRepository } from '../src/modules/conversation-log/index.js';
import { MessagesRepository } from '../src/modules/messages/index.js';
import { type Announcement, Hub } from '../src/realtime/hub/hub.js';
import { Reconciler } from '../src/realtime/hub/reconciler.js';
import { StreamSource } from '../src/realtime/hub/stream-source.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, groupOf, type Person, people, succeeded } from './people.js';
import { prepared } from './prepared-message.js';
import { TestSocket } from './test-socket.js';

let node: TestNode;
let hub: Hub;
let announce: Hub['announce'];

beforeAll(async () => {
  node = await startNode();
  hub = node.node.app.get(Hub);
  announce = hub.announce.bind(hub);
});
afterEach(() => {
  hub.announce = announce;
});
afterAll(() => node.close());

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** What other nodes do: commit without a word to this one. Each pair is a sender and a text. */
async function commitBehind(conversationId: string, texts: readonly (readonly [Person, string])[]): Promise<void> {
  const batch = texts.map(([who, content]) => prepared(conversationId, who, content));
  const outcomes = await node.node.app.get(MessageTextRepository).writeBatch(batch, 'long');
  if (outcomes.some(({ kind }) => kind !== 'new')) throw new Error('Not committed.');
}

/** From now on the hub is told nothing of what `isLost` names. */
function lose(isLost: (announcement: Announcement) => boolean): void {
  hub.announce = (announcement) => {
    if (!isLost(announcement)) announce(announcement);
  };
}

const told = (socket: TestSocket, id: string) => socket.durable(id).map(({ name, payload }) => [name, payload.version]);

describe('the reconciliation', () => {
  it('G4: finds what was committed behind the node’s back and delivers it in order within about two seconds', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const sockets = await Promise.all([owner.connect(), bob.connect()]);
    await owner.say(id, 'one');
    const start = performance.now();
    await commitBehind(id, [
      [bob, 'two'],
      [owner, 'three'],
      [bob, 'four'],
    ]);
    for (const socket of sockets) await socket.reaches(id, 5);
    // A machine that does other things as well may take as long again.
    expect(performance.now() - start).toBeLessThan(6_000);
    await owner.say(id, 'five');
    for (const socket of sockets) {
      await socket.reaches(id, 6);
      expect(socket.versions(id)).toEqual(range(2, 6));
      expect(socket.all('message:new').map(({ message }) => message.content)).toEqual([
        'one',
        'two',
        'three',
        'four',
        'five',
      ]);
    }
    // Their sender hears that they are stored, as of any other.
    expect(sockets[1]?.all('message:sent').map(({ seq }) => seq)).toEqual([2, 4]);
    const { items } = (await owner.get(`/conversations/${id}/messages`)).body;
    const asForAll = items.map((message: object) => ({ ...message, status: 'sent' }));
    expect(sockets[0]?.all('message:new').map(({ message }) => message)).toEqual(asForAll);
  });

  it('G4: the next event that is told fills the hole before it, without a reconciliation', async () => {
    const { id, owner, members } = await aGroup(node);
    const socket = await (members[0] as Person).connect();
    const reconciling = jest.spyOn(node.node.app.get(Reconciler), 'reconcile').mockResolvedValue();
    await commitBehind(
      id,
      range(1, 20).map((i) => [owner, `${i}`] as const),
    );
    const { version } = await owner.say(id, 'told');
    await socket.reaches(id, version).finally(() => reconciling.mockRestore());
    expect(socket.versions(id)).toEqual(range(2, version));
  });

  it('G4: a hole of more rows than are read at once is filled whole', async () => {
    const { id, owner, members } = await aGroup(node);
    const socket = await (members[0] as Person).connect();
    for (const part of range(0, 3)) {
      await commitBehind(
        id,
        range(1, 300).map((i) => [owner, `${part * 300 + i}`] as const),
      );
      succeeded(await renamedSilently(owner, id, `Name ${part}`));
    }
    const { version } = await owner.say(id, 'told');
    await socket.reaches(id, version);
    expect(socket.versions(id)).toEqual(range(2, version));
  });

  it('G4: a hole of large messages, and of reactions to them, is filled whole by reads of two megabytes at most', async () => {
    const { id, owner, members } = await aGroup(node);
    const socket = await (members[0] as Person).connect();
    const repository = node.node.app.get(MessagesRepository);
    const reads = [jest.spyOn(repository, 'createdWithin'), jest.spyOn(repository, 'byIds')] as const;
    await commitBehind(
      id,
      range(1, 30).map((i) => [owner, `${i}${'x'.repeat(100_000)}`] as const),
    );
    await socket.reaches(id, 31);
    await node.rows(sql`
      WITH reacted AS (
        UPDATE messages SET version = version + 30, reactions = '[{"emoji": "👍", "count": 1}]'
         WHERE conversation_id = ${id} RETURNING id, version
      ), told AS (
        INSERT INTO conversation_changes (conversation_id, version, kind, actor_id, subject_id, data, created_at)
        SELECT ${id}, version, 'reaction_updated', ${owner.id}, id, '{"emoji": "👍", "action": "added"}', now() FROM reacted
      )
      UPDATE conversations SET version = version + 30 WHERE id = ${id}`);
    await socket.reaches(id, 61);
    expect(socket.versions(id)).toEqual(range(2, 61));
    for (const spy of reads) {
      const sizes = (await Promise.all(spy.mock.results.map(({ value }) => value as Promise<object[]>))).map((rows) =>
        rows.reduce((sum, row) => sum + Buffer.byteLength((row as { content: string }).content), 0),
      );
      spy.mockRestore();
      expect(sizes.reduce((sum, size) => sum + size)).toBeGreaterThanOrEqual(3_000_000);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 2 ** 20);
    }
  });

  it('G4: every kind of change is found, and told as it would have been', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const eve = await aPerson(node);
    const [mine, theirs] = await Promise.all([owner.connect(), bob.connect()]);
    const path = `/conversations/${id}`;
    lose(({ conversationId }) => conversationId === id);
    const after = async (version: number) => {
      await Promise.all([mine.reaches(id, version), theirs.reaches(id, version)]);
      return theirs.durable(id).find(({ payload }) => payload.version === version - 1);
    };
    succeeded(await owner.patch(path, { name: 'New' }));
    const base = { conversationId: id, actorId: owner.id };
    expect(await after(3)).toMatchObject({
      name: 'conversation:updated',
      payload: { ...base, version: 2, conversation: { id, name: 'New' } },
    });
    const added = succeeded(await owner.post(`${path}/members`, { memberIds: [eve.id] }));
    expect(await after(5)).toEqual({ name: 'member:added', payload: { ...base, version: 4, members: added.items } });
    const changed = succeeded(await owner.patch(`${path}/members/${eve.id}`, { role: 'admin' }));
    expect(await after(7)).toEqual({ name: 'member:updated', payload: { ...base, version: 6, members: [changed] } });
    succeeded(await owner.delete(`${path}/members/${eve.id}`));
    expect(await after(9)).toEqual({ name: 'member:removed', payload: { ...base, version: 8, userId: eve.id } });
    succeeded(await owner.patch(path, { isArchived: true }));
    expect(await after(11)).toEqual({
      name: 'conversation:archived',
      payload: { ...base, version: 10, isArchived: true },
    });
    succeeded(await owner.patch(path, { isArchived: false }));
    expect(await after(13)).toEqual({
      name: 'conversation:archived',
      payload: { ...base, version: 12, isArchived: false },
    });
    for (const socket of [mine, theirs]) expect(socket.versions(id)).toEqual(range(2, 13));
    const page = (await owner.get(`${path}/messages`)).body.items;
    expect(mine.all('message:new').map(({ message }) => message)).toEqual(page);
  });

  async function renamedSilently(who: Person, id: string, name: string) {
    hub.announce = () => undefined;
    const answer = await who.patch(`/conversations/${id}`, { name });
    hub.announce = announce;
    return answer;
  }
});

describe('announcements that are lost, repeated and reordered', () => {
  it('G3 G4: leave no hole, no repeat and no inversion', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const sockets = await Promise.all([owner, ...members].map((who) => who.connect()));
    const late: (() => void)[] = [];
    hub.announce = (announcement) => {
      const fate = Math.random();
      if (fate < 0.25) return;
      if (fate < 0.5) late.push(() => announce(announcement));
      else announce(announcement);
      if (fate > 0.85) announce(announcement);
      if (late.length > 4) for (const each of late.splice(0).reverse()) each();
    };
    for (const i of range(1, 30)) {
      await Promise.all(sockets.map((socket) => socket.say(id, `${i}`)));
      if (i % 6 === 0) succeeded(await owner.patch(`/conversations/${id}`, { name: `${i}` }));
    }
    hub.announce = announce;
    const { version } = await owner.say(id, 'the last word');
    for (const socket of sockets) {
      await socket.reaches(id, version);
      expect(socket.versions(id)).toEqual(range(2, version));
    }
  });

  it('G3: what was committed together and comes twice is told once', async () => {
    const { id, owner, members } = await aGroup(node);
    const [mine, theirs] = await Promise.all([owner.connect(), (members[0] as Person).connect()]);
    hub.announce = (announcement) => {
      announce(announcement);
      announce(announcement);
    };
    const guest = await aPerson(node);
    const guests = await guest.connect();
    await Promise.all(range(1, 5).map((i) => mine.say(id, `${i}`)));
    succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [guest.id] }));
    expect((await theirs.ask('message:read', { conversationId: id, seq: 5 })).success).toBe(true);
    const { version } = await owner.say(id, 'probe');
    await Promise.all([mine, theirs, guests].map((socket) => socket.reaches(id, version)));
    expect(mine.versions(id)).toEqual(range(2, version));
    await mine.first('message:sent', ({ seq }) => seq === version - 2);
    expect(mine.all('message:sent')).toHaveLength(6);
    expect(mine.all('message:read')).toHaveLength(1);
    expect(guests.versions(id)).toEqual(range(7, version));
  });
});

describe('members of whom this node was not told', () => {
  it('G4 §5: a new member whose joining was lost hears of the conversation once, and then every version from there', async () => {
    for (const others of [true, false]) {
      const { id, owner } = await aGroup(node);
      const guest = await aPerson(node);
      const listener = others ? await owner.connect() : null;
      const sockets = await Promise.all([guest.connect(), guest.connect()]);
      lose(({ conversationId }) => conversationId === id);
      await owner.say(id, 'before');
      succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [guest.id] }));
      await owner.say(id, 'after');
      await Promise.all(sockets.map((socket) => socket.first('conversation:created')));
      hub.announce = announce;
      const { version } = await owner.say(id, 'probe');
      for (const socket of sockets) {
        await socket.reaches(id, version);
        const [first, ...rest] = told(socket, id);
        expect(first?.[0]).toBe('conversation:created');
        expect(first?.[1]).toBeGreaterThanOrEqual(3);
        expect(rest.map(([, each]) => each)).toEqual(range((first?.[1] as number) + 1, version));
        expect(rest.map(([name]) => name)).not.toContain('conversation:created');
      }
      if (listener) expect(listener.versions(id)).toEqual(range(2, version));
    }
  });

  it('G4: a conversation that was created without a word appears too', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const socket = await bob.connect();
    hub.announce = () => undefined;
    const id = await groupOf(ann, [bob]);
    hub.announce = announce;
    const { conversation, version } = await socket.first('conversation:created');
    expect(conversation).toMatchObject({ id, myRole: 'member', createdBy: ann.id });
    expect(version).toBe(1);
    await ann.say(id, 'hello');
    await socket.reaches(id, 2);
    expect(socket.versions(id)).toEqual([1, 2]);
  });

  it('G5: a removal that was lost is told as the last of it, and coming back as new', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const [socket, other] = await Promise.all([bob.connect(), eve.connect()]);
    const path = `/conversations/${id}/members`;
    lose(({ conversationId }) => conversationId === id);
    succeeded(await owner.delete(`${path}/${bob.id}`));
    await owner.say(id, 'not for bob');
    await socket.first('member:removed');
    await other.reaches(id, 4);
    succeeded(await owner.post(path, { memberIds: [bob.id] }));
    await socket.first('conversation:created');
    hub.announce = announce;
    const { version } = await owner.say(id, 'probe');
    await socket.reaches(id, version);
    expect(told(socket, id)).toEqual([
      ['member:removed', 2],
      ['conversation:created', 5],
      ['message:new', 6],
      ['message:new', 7],
    ]);
  });

  it('G5: removed and added again, all of it unheard: the stream tells both, in order', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const [mine, theirs] = await Promise.all([owner.connect(), bob.connect()]);
    lose(({ conversationId }) => conversationId === id);
    const path = `/conversations/${id}/members`;
    succeeded(await owner.delete(`${path}/${bob.id}`));
    succeeded(await owner.post(path, { memberIds: [bob.id] }));
    hub.announce = announce;
    const { version } = await owner.say(id, 'probe');
    await Promise.all([mine.reaches(id, version), theirs.reaches(id, version)]);
    expect(mine.versions(id)).toEqual(range(2, 6));
    expect(told(theirs, id)).toEqual([
      ['member:removed', 2],
      ['conversation:created', 4],
      ['message:new', 5],
      ['message:new', 6],
    ]);
  });

  it('G5: a removal is delivered to the only socket here though its user asks to join meanwhile, and nothing after it', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    lose(({ conversationId }) => conversationId === id);
    succeeded(await owner.delete(`/conversations/${id}/members/${bob.id}`));
    const { error } = await socket.ask('conversation:join', { conversationId: id });
    expect(error).toMatchObject({ code: 'not_found' });
    hub.announce = announce;
    await socket.first('member:removed');
    // Whoever follows the conversation here makes this node receive it again.
    const mine = await owner.connect();
    await mine.ask('typing:start', { conversationId: id });
    const { version } = await owner.say(id, 'not for bob');
    await mine.reaches(id, version);
    await mine.first('typing:update');
    expect(told(socket, id)).toEqual([['member:removed', 2]]);
    expect(socket.all('typing:update')).toEqual([]);
  });

  it('G4: of two joins of a socket at once the refused one does not end what the other one enters', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    await socket.ask('conversation:leave', { conversationId: id });
    const source = node.node.app.get(StreamSource);
    const read = source.memberships.bind(source);
    const both = Promise.withResolvers<void>();
    const isRefused = Promise.withResolvers<void>();
    let readings = 0;
    // As of before and after the socket's user was added by another node; a reconciliation reads those of others.
    const spy = jest.spyOn(source, 'memberships').mockImplementation(async (userIds) => {
      if (!userIds.includes(bob.id)) return read(userIds);
      readings += 1;
      if (readings === 1) return both.promise.then(() => new Map());
      both.resolve();
      await isRefused.promise;
      return read(userIds);
    });
    const joins = [1, 2].map(() => socket.ask('conversation:join', { conversationId: id }));
    expect(await joins[0]).toMatchObject({ success: false, error: { code: 'not_found' } });
    isRefused.resolve();
    expect(await joins[1]).toMatchObject({ success: true, version: 1 });
    spy.mockRestore();
    const { version } = await owner.say(id, 'welcome');
    await socket.reaches(id, version);
  });

  it('a silenced socket stays silent whatever the reconciliation finds', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const [silent, loud] = await Promise.all([bob.connect(), bob.connect()]);
    await silent.ask('conversation:leave', { conversationId: id });
    hub.announce = () => undefined;
    await owner.say(id, 'unheard');
    const elsewhere = await groupOf(owner, [bob]);
    hub.announce = announce;
    await Promise.all([loud.reaches(id, 2), loud.reaches(elsewhere, 1), silent.reaches(elsewhere, 1)]);
    expect(silent.versions(id)).toEqual([]);
  });
});

describe('marks of which this node was not told', () => {
  const read = (who: Person, id: string, seq: number) => who.post(`/conversations/${id}/read`, { seq }).then(succeeded);

  it('G4 §5: are found by the reconciliation: message:read to all, unread:updated to the reader', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const [mine, theirs] = await Promise.all([owner.connect(), bob.connect()]);
    const message = await owner.say(id, 'hello');
    hub.announce = () => undefined;
    await read(bob, id, 1);
    hub.announce = announce;
    expect(await mine.first('message:read')).toMatchObject({
      conversationId: id,
      receipts: 1,
      userId: bob.id,
      readBy: bob.id,
      messageId: message.id,
      seq: 1,
    });
    expect(await theirs.first('unread:updated')).toEqual({
      conversationId: id,
      receipts: 1,
      unreadCount: 0,
      mentionCount: 0,
      lastReadSeq: 1,
      lastSeq: 1,
    });
    expect(mine.all('unread:updated')).toEqual([]);
  });

  it('G4: one that was lost is told although a later one has come', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const [mine, theirs] = await Promise.all([owner.connect(), bob.connect()]);
    await owner.say(id, 'hello');
    await owner.say(id, 'again');
    hub.announce = () => undefined;
    await read(bob, id, 2);
    hub.announce = announce;
    await read(eve, id, 1);
    await mine.first('message:read', ({ userId }) => userId === eve.id);
    expect(await mine.first('message:read', ({ userId }) => userId === bob.id)).toMatchObject({ seq: 2 });
    expect(await theirs.first('unread:updated')).toMatchObject({ unreadCount: 0, lastReadSeq: 2 });
  });
});

describe('a database that is behind what was delivered', () => {
  it('§5: closes the sockets of that conversation so that they come back, and no others', async () => {
    const { id, owner, members } = await aGroup(node);
    const mallory = await aPerson(node);
    const elsewhere = await groupOf(mallory, []);
    const [mine, stranger] = await Promise.all([owner.connect(), mallory.connect()]);
    const theirs = new TestSocket(node.url, {
      auth: { token: (members[0] as Person).token },
      reconnection: true,
      reconnectionDelay: 10,
    });
    await theirs.first('ready');
    await owner.say(id, 'one');
    await owner.say(id, 'lost with the restored backup');
    await Promise.all([mine.reaches(id, 3), theirs.reaches(id, 3)]);
    await node.rows(sql`DELETE FROM messages WHERE conversation_id = ${id} AND seq = 2`);
    await node.rows(sql`DELETE FROM message_search WHERE conversation_id = ${id} AND seq = 2`);
    await node.rows(sql`UPDATE conversations SET version = 2, last_seq = 1, countable = 1 WHERE id = ${id}`);
    expect((await mine.first('server:closing')).error).toMatchObject({ code: 'service_unavailable', retryable: true });
    expect(await mine.end()).toBe('transport close');
    await eventually('the other is back', () => theirs.all('ready').length === 2);
    await mallory.say(elsewhere, 'still here');
    await stranger.reaches(elsewhere, 2);
    expect(stranger.all('ready')).toHaveLength(1);
    await owner.say(id, 'anew');
    await eventually('it goes on from where the database is', () => theirs.versions(id).at(-1) === 3);
    theirs.close();
  });

  it('§5: another epoch closes every socket', async () => {
    const { id, owner, members } = await aGroup(node);
    const sockets = await Promise.all([owner, ...members].map((who) => who.connect()));
    const before = sockets[0]?.all('ready')[0].epoch;
    // Found by a reconciliation, so one has been and knows the old epoch.
    await commitBehind(id, [[owner, 'found']]);
    await sockets[0]?.reaches(id, 2);
    const start = node.logs.length;
    await node.rows(sql`UPDATE deployment SET epoch = gen_random_uuid()`);
    for (const socket of sockets) {
      expect((await socket.first('server:closing')).error.code).toBe('service_unavailable');
      expect(await socket.end()).toBe('transport close');
    }
    expect((await owner.connect()).all('ready')[0].epoch).not.toBe(before);
    expect(node.logs.slice(start)).toContainEqual(expect.objectContaining({ level: 'warn', conversationId: id }));
  });
});
