import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import type { WriterDatabase } from '../src/database/database.module.js';
import { ConversationLog } from '../src/modules/conversation-log/conversation-log.js';
import { MessageChangesRepository } from '../src/modules/messages/message-changes.repository.js';
import { Hub } from '../src/realtime/hub/hub.js';
import { Reconciler } from '../src/realtime/hub/reconciler.js';
import { startNode, type TestNode } from './node.js';
import { type Answer, aGroup, aPerson, groupOf, type Person, people, succeeded } from './people.js';
import { ENGINE } from './test-database.js';
import type { TestSocket } from './test-socket.js';

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
const react = (who: Person, id: string, emoji: string) => who.post(`/messages/${id}/reactions`, { emoji });
const unreact = (who: Person, id: string, emoji: string) =>
  who.delete(`/messages/${id}/reactions/${encodeURIComponent(emoji)}`);
/** A message as events tell it. */
const plain = (message: any) => ({
  ...message,
  status: 'sent',
  reactions: message.reactions.map(({ emoji, count }: any) => ({ emoji, count })),
});
const told = (socket: TestSocket, id: string) => socket.durable(id).map(({ name, payload }) => [payload.version, name]);

describe('changes whose notification was lost', () => {
  it('G4: each kind is found by the reconciliation and delivered as it would have been', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    const sent = await owner.say(id, 'x');
    await socket.reaches(id, sent.version);
    hub.announce = () => undefined;
    const steps: [string, () => Promise<unknown>, object][] = [
      [
        'message:edited',
        () => owner.patch(`/messages/${sent.id}`, { content: `@${bob.username}` }),
        { mentionsAdded: [bob.id], mentionsRemoved: [] },
      ],
      [
        'reaction:updated',
        () => react(bob, sent.id, '👍'),
        {
          messageId: sent.id,
          seq: 1,
          userId: bob.id,
          emoji: '👍',
          action: 'added',
          reactions: [{ emoji: '👍', count: 1 }],
        },
      ],
      [
        'reaction:updated',
        () => unreact(bob, sent.id, '👍'),
        { messageId: sent.id, seq: 1, userId: bob.id, emoji: '👍', action: 'removed', reactions: [] },
      ],
      ['message:deleted', () => owner.delete(`/messages/${sent.id}`), { mentionsAdded: [], mentionsRemoved: [bob.id] }],
    ];
    for (const [i, [name, change, payload]] of steps.entries()) {
      const version = sent.version + 1 + i;
      await change();
      await socket.reaches(id, version);
      const message = (await bob.get(`/messages/${sent.id}`)).body;
      const actorId = name.startsWith('reaction') ? bob.id : owner.id;
      expect(socket.durable(id).at(-1)).toEqual({
        name,
        payload: {
          conversationId: id,
          version,
          actorId,
          ...payload,
          ...(!name.startsWith('reaction') && { message }),
        },
      });
    }
    expect(socket.versions(id)).toEqual(range(2, sent.version + 4));
  });

  it('G4: a gap of many, mixed with sends, is delivered exactly once each, in order, from the present rows', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    const reconciler = node.node.app.get(Reconciler);
    const { reconcile } = reconciler;
    // Neither told nor found before the last of them is committed.
    reconciler.reconcile = async () => undefined;
    hub.announce = () => undefined;
    const [one, two, three] = [await owner.say(id, '1'), await owner.say(id, '2'), await bob.say(id, '3')];
    const reply = await bob.say(id, 'about one', { replyToId: one.id });
    succeeded(await react(bob, one.id, '👍'));
    succeeded(await owner.patch(`/messages/${one.id}`, { content: '1, edited' }));
    succeeded(await owner.patch(`/messages/${two.id}`, { content: '2, edited' }));
    succeeded(await react(owner, two.id, '🎉'));
    succeeded(await owner.delete(`/messages/${one.id}`));
    succeeded(await unreact(owner, two.id, '🎉'));
    succeeded(await react(bob, two.id, '❤️'));
    hub.announce = announce;
    reconciler.reconcile = reconcile;
    const { version } = await owner.say(id, 'probe');
    await socket.reaches(id, version);
    expect(told(socket, id)).toEqual([
      [2, 'message:new'],
      [3, 'message:new'],
      [4, 'message:new'],
      [5, 'message:new'],
      [6, 'reaction:updated'],
      [7, 'message:edited'],
      [8, 'message:edited'],
      [9, 'reaction:updated'],
      [10, 'message:deleted'],
      [11, 'reaction:updated'],
      [12, 'reaction:updated'],
      [13, 'message:new'],
    ]);
    const now = Object.fromEntries(
      (await bob.get(`/conversations/${id}/messages`)).body.items.map((each: any) => [each.id, each]),
    );
    for (const { payload } of socket.durable(id)) {
      if (payload.message) expect(payload.message).toEqual(plain(now[payload.message.id]));
      else expect(payload.reactions).toEqual(plain(now[payload.messageId]).reactions);
    }
    expect(now[one.id]).toMatchObject({ isDeleted: true, content: '' });
    expect(now[reply.id].replyTo.excerpt).toBe('');
    expect(JSON.stringify(socket.heard)).not.toContain('1, edited');
    expect(plain(now[three.id])).toEqual(three);
  });

  it('G4: more of them than are read at once', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    const sent = await owner.say(id, 'x');
    hub.announce = () => undefined;
    await node.rows(sql`
      INSERT INTO conversation_changes (conversation_id, version, kind, subject_id, actor_id, data)
      SELECT ${id}, ${sent.version} + i, 'reaction_updated', ${sent.id}, ${bob.id},
             jsonb_build_object('emoji', '👍', 'action', CASE WHEN i % 2 = 1 THEN 'added' ELSE 'removed' END)
        FROM generate_series(1, 1200) AS i`);
    await node.rows(sql`UPDATE conversations SET version = version + 1200 WHERE id = ${id}`);
    await socket.reaches(id, sent.version + 1200);
    expect(socket.versions(id)).toEqual(range(2, sent.version + 1200));
  });
});

describe('changes at once', () => {
  it('G3: sends, edits, deletions and reactions of many take their versions without a gap, the same for all', async () => {
    const crowd = await people(node, 4);
    const [ann] = crowd as [Person];
    const id = await groupOf(ann, crowd.slice(1));
    const sockets = await Promise.all(crowd.map((who) => who.connect()));
    const ids: string[] = [];
    for (const i of range(1, 8)) ids.push((await (crowd[i % 4] as Person).say(id, `${i}`)).id);
    const tasks = range(0, 119).map((i) => {
      const [who, socket] = [crowd[i % 4] as Person, sockets[i % 4] as TestSocket];
      const messageId = ids[i % 8] as string;
      switch (i % 5) {
        case 0:
          return socket.say(id, `more ${i}`);
        case 1:
          return socket.ask('reaction:add', { messageId, emoji: i % 2 ? '👍' : '🎉' });
        case 2:
          return socket.ask('message:edit', { messageId, content: `edited ${i}` });
        case 3:
          return unreact(who, messageId, '👍');
        default:
          return i > 100 ? who.delete(`/messages/${messageId}`) : react(who, messageId, '👍');
      }
    });
    await Promise.all(tasks);
    const { version } = await ann.say(id, 'the last word');
    for (const socket of sockets) {
      await socket.reaches(id, version);
      expect(socket.versions(id)).toEqual(range(2, version));
      expect(told(socket, id)).toEqual(told(sockets[0] as TestSocket, id));
    }
    const [log] = await node.rows<{ versions: number; distinct: number }>(sql`
      SELECT count(*)::int AS versions, count(DISTINCT v)::int AS distinct
        FROM (SELECT created_version AS v FROM messages WHERE conversation_id = ${id}
              UNION ALL SELECT version FROM conversation_changes WHERE conversation_id = ${id}) x`);
    expect(log).toEqual({ versions: version, distinct: version });
    // What the events told last is what is stored.
    const page = succeeded(await ann.get(`/conversations/${id}/messages?limit=100`)).items;
    const last = new Map<string, any>();
    for (const { payload } of (sockets[0] as TestSocket).durable(id)) {
      if (payload.message) last.set(payload.message.id, payload.message);
      else if (payload.messageId)
        last.set(payload.messageId, {
          ...last.get(payload.messageId),
          reactions: payload.reactions,
          version: payload.version,
        });
    }
    for (const message of page) expect(last.get(message.id)).toEqual(plain(message));
  });

  it('G5: a member who is being removed either changes a message before, or is refused and receives nothing later', async () => {
    for (const round of range(1, 5)) {
      const { id, owner, members } = await aGroup(node);
      const [bob] = members as [Person];
      const socket = await bob.connect();
      const sent = await bob.say(id, 'x');
      const commands = () => [
        socket.ask('message:edit', { messageId: sent.id, content: `round ${round}` }),
        socket.ask('reaction:add', { messageId: sent.id, emoji: '👍' }),
        socket.ask('message:delete', { messageId: sent.id }),
      ];
      const before = commands();
      const removal = owner.delete(`/conversations/${id}/members/${bob.id}`);
      const acks = await Promise.all([...before, ...commands()]);
      succeeded(await removal);
      acks.push(...(await Promise.all(commands())));
      const { version: removed } = await socket.first('member:removed');
      for (const { success, version, error } of acks) {
        expect(success ? version < removed : ['not_found', 'conflict'].includes(error.code)).toBe(true);
      }
      for (const { success, error } of acks.slice(-3)) expect([success, error.code]).toEqual([false, 'not_found']);
      const probe = await owner.say(id, 'probe');
      const watcher = await owner.connect();
      await watcher.say(id, 'and on');
      expect(socket.versions(id).at(-1)).toBe(removed);
      expect(probe.version).toBeGreaterThan(removed);
    }
  });

  it('G5: who was removed while their command was on its way is refused as a stranger', async () => {
    const repository = node.node.app.get(MessageChangesRepository);
    const { conversationOf } = repository;
    const commands: [string, (who: Person, messageId: string) => Promise<Answer>][] = [
      ['edit', (who, messageId) => who.patch(`/messages/${messageId}`, { content: 'y' })],
      ['delete', (who, messageId) => who.delete(`/messages/${messageId}`)],
      ['react', (who, messageId) => react(who, messageId, '👍')],
    ];
    for (const [name, command] of commands) {
      const { id, owner, members } = await aGroup(node);
      const [bob] = members as [Person];
      const sent = await bob.say(id, 'x');
      repository.conversationOf = async (...args) => {
        const found = await conversationOf.apply(repository, args);
        succeeded(await owner.delete(`/conversations/${id}/members/${bob.id}`));
        return found;
      };
      const { status, body } = await command(bob, sent.id);
      repository.conversationOf = conversationOf;
      expect([name, status, body.error.code]).toEqual([name, 404, 'not_found']);
      expect((await owner.get(`/messages/${sent.id}`)).body).toEqual(sent);
    }
  });

  it('§4: of a reply and the deletion of what it answers, nothing is quoted afterwards', async () => {
    for (const _ of range(1, 8)) {
      const { id, owner, members } = await aGroup(node);
      const [bob] = members as [Person];
      const { id: quoted } = await owner.say(id, 'secret');
      const [deleted, reply] = await Promise.all([
        owner.delete(`/messages/${quoted}`),
        bob.post(`/conversations/${id}/messages`, { content: 'y', replyToId: quoted }),
      ]);
      succeeded(deleted);
      const { id: replyId } = succeeded(reply);
      expect((await owner.get(`/messages/${replyId}`)).body.replyTo).toMatchObject({ id: quoted, excerpt: '' });
    }
  });

  it('S4.22: an edit and a deletion leave a tombstone whichever comes first', async () => {
    for (const _ of range(1, 8)) {
      const { id, owner } = await aGroup(node);
      const { id: messageId } = await owner.say(id, 'x');
      const [edited, deleted] = await Promise.all([
        owner.patch(`/messages/${messageId}`, { content: 'y' }),
        owner.delete(`/messages/${messageId}`),
      ]);
      expect([200, 409]).toContain(edited.status);
      expect(deleted.status).toBe(200);
      expect((await owner.get(`/messages/${messageId}`)).body).toMatchObject({ content: '', isDeleted: true });
    }
  });
});

describe('what a change costs', () => {
  const inside = new AsyncLocalStorage<{ count: number }>();
  const prototype = pg.Client.prototype as unknown as {
    query: (...args: unknown[]) => unknown;
  };
  const { query } = prototype;
  let counts: { count: number }[] = [];

  beforeAll(() => {
    prototype.query = function counted(this: unknown, ...args: unknown[]) {
      const store = inside.getStore();
      if (store) store.count += 1;
      return query.apply(this, args);
    };
    // Of the log alone: other work of the node, for search and presence, has transactions of its own at any time.
    const log = node.node.app.get(ConversationLog) as unknown as { database: WriterDatabase };
    const { database } = log;
    log.database = Object.assign(Object.create(database) as WriterDatabase, {
      transaction: ((work, options) =>
        database.transaction((tx) => {
          const store = { count: 0 };
          counts.push(store);
          return inside.run(store, () => work(tx));
        }, options)) as WriterDatabase['transaction'],
    });
  });
  afterAll(() => {
    prototype.query = query;
  });

  async function costs(members: number): Promise<number[]> {
    const { id, owner, members: others } = await aGroup(node, { members });
    const [bob] = others as [Person];
    const quoted = await owner.say(id, 'q');
    const { id: messageId } = await owner.say(id, 'x', { replyToId: quoted.id });
    succeeded(await react(bob, messageId, '👍'));
    counts = [];
    succeeded(await owner.patch(`/messages/${messageId}`, { content: `@${bob.username}` }));
    succeeded(await react(owner, messageId, '🎉'));
    succeeded(await unreact(owner, messageId, '🎉'));
    succeeded(await owner.delete(`/messages/${messageId}`));
    return counts.map(({ count }) => count);
  }

  it('G6: is the same number of statements in a group of 3 and of 60, and a small one', async () => {
    const small = await costs(2);
    expect(small).toHaveLength(4);
    expect(Math.min(...small)).toBeGreaterThan(4);
    expect(Math.max(...small)).toBeLessThan(15);
    expect(await costs(59)).toEqual(small);
  });

  it('refuses a stranger without a transaction', async () => {
    const { id, owner } = await aGroup(node);
    const { id: messageId } = await owner.say(id, 'x');
    const stranger = await aPerson(node);
    counts = [];
    expect((await stranger.patch(`/messages/${messageId}`, { content: 'y' })).status).toBe(404);
    expect(counts).toEqual([]);
  });
});

// The embedded database has no other sessions that could hold anything.
if (ENGINE === 'postgres') {
  describe('a conversation that another session holds', () => {
    it('G3: is waited for, and the change takes the version after what was done there', async () => {
      const { id, owner } = await aGroup(node);
      const sent = await owner.say(id, 'x');
      const [row] = await node.rows<{ name: string }>(sql`SELECT current_database() AS name`);
      const url = new URL(process.env.PARLEY_TEST_POSTGRES_URL ?? '');
      url.pathname = `/${row?.name}`;
      const other = new pg.Client({ connectionString: url.href });
      await other.connect();
      try {
        await other.query('BEGIN');
        await other.query('UPDATE conversations SET version = version + 1 WHERE id = $1', [id]);
        await other.query(
          `INSERT INTO conversation_changes (conversation_id, version, kind, subject_id, actor_id)
           VALUES ($1, $2, 'renamed', $1, $3)`,
          [id, sent.version + 1, owner.id],
        );
        const edit = owner.patch(`/messages/${sent.id}`, { content: 'y' });
        await eventually('the edit waits', async () => {
          const { rows } = await other.query(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'
                                                AND datname = current_database()`);
          return rows.length > 0;
        });
        await other.query('COMMIT');
        expect(succeeded(await edit)).toMatchObject({ content: 'y', version: sent.version + 2 });
      } finally {
        await other.end();
      }
    });
  });
}
