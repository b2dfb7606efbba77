import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { Hub } from '../src/realtime/hub/hub.js';
import { StreamSource } from '../src/realtime/hub/stream-source.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, groupOf, type Person, people, succeeded } from './people.js';
import { TestSocket } from './test-socket.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
const randomOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T;

/** What the database says happened: every version once, from the messages and the changes together. */
async function historyOf(conversationId: string): Promise<{ version: number; name: string; subjects: string[] }[]> {
  const rows = await node.rows<{ version: string; kind: string; subject: string | null; joined: string[] | null }>(sql`
    SELECT created_version AS version, 'message' AS kind, NULL AS subject, NULL AS joined FROM messages WHERE conversation_id = ${conversationId}
    UNION ALL
    SELECT version, kind, subject_id::text, data->'userIds' FROM conversation_changes WHERE conversation_id = ${conversationId}
    ORDER BY version`);
  return rows.map(({ version, kind, subject, joined }) => ({
    version: Number(version),
    name: kind,
    subjects: [...(joined ?? []), ...(subject ? [subject] : [])],
  }));
}

/** The versions at which this user was there: from each joining to the removal that followed, both included. */
function stays(history: Awaited<ReturnType<typeof historyOf>>, userId: string): number[][] {
  const found: number[][] = [];
  let since: number | null = null;
  for (const { version, name, subjects } of history) {
    if (!subjects.includes(userId)) continue;
    if (name === 'member_added' || name === 'created') since = version;
    if (name === 'member_removed' && since !== null) {
      found.push(range(since, version));
      since = null;
    }
  }
  if (since !== null) found.push(range(since, history.at(-1)?.version ?? since));
  return found;
}

describe('G3: fifty senders at once in one conversation', () => {
  it('S0.16 S4.25 G2 G3: 2,000 messages, each sent twice: gapless seq and version, every socket in the same order, both acks agreed', async () => {
    const crowd = await people(node, 50);
    const id = await groupOf(crowd[0] as Person, crowd.slice(1));
    const sockets = await Promise.all(crowd.map((who) => who.connect()));
    // Each has two messages under way at a time, both times each of them: more would wait too long on a busy machine.
    const bySender = await Promise.all(
      sockets.map(async (socket, s) => {
        const own: [any, any][] = [];
        for (const round of range(0, 19)) {
          const pairs = range(1, 2).map((i) => {
            const send = () => socket.say(id, `${s} ${round} ${i}`, { clientMessageId });
            const clientMessageId = randomUUID();
            return Promise.all([send(), send()]);
          });
          own.push(...(await Promise.all(pairs)));
        }
        return own;
      }),
    );
    const acks = bySender.flat();
    for (const [one, two] of acks) {
      expect([two.messageId, two.seq, two.version]).toEqual([one.messageId, one.seq, one.version]);
      expect([one.duplicate, two.duplicate].filter(Boolean)).toHaveLength(1);
    }
    expect(acks.map(([one]) => one.seq).sort((a, b) => a - b)).toEqual(range(1, 2000));
    const stored = await node.rows<{ seq: string; created_version: string; id: string; created_at: Date }>(
      sql`SELECT seq, created_version, id, created_at FROM messages WHERE conversation_id = ${id} ORDER BY seq`,
    );
    expect(stored.map((row) => Number(row.seq))).toEqual(range(1, 2000));
    expect(stored.map((row) => Number(row.created_version))).toEqual(range(2, 2001));
    const order = stored.map((row) => row.id);
    for (const socket of sockets) {
      await socket.reaches(id, 2001);
      expect(socket.versions(id)).toEqual(range(2, 2001));
      expect(socket.all('message:new').map(({ message }) => message.id)).toEqual(order);
      expect(socket.all('message:sent').map(({ seq }) => seq)).toHaveLength(40);
    }
    const times = stored.map((row) => new Date(row.created_at).getTime());
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    // One connection's sends, none of which waited for another, got their places in the order of sending.
    for (const [s] of sockets.entries()) {
      const own = acks.slice(s * 40, s * 40 + 40).map(([one]) => one.seq);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
    for (const socket of sockets) socket.close();
  });

  it('G3: many conversations at once: each is gapless by itself', async () => {
    const crowd = await people(node, 10);
    const ids = await Promise.all(range(1, 15).map(() => groupOf(crowd[0] as Person, crowd.slice(1))));
    const sockets = await Promise.all(crowd.map((who) => who.connect()));
    await Promise.all(sockets.flatMap((socket) => range(1, 5).flatMap((i) => ids.map((id) => socket.say(id, `${i}`)))));
    for (const id of ids) {
      for (const socket of sockets) {
        await socket.reaches(id, 51);
        expect(socket.versions(id)).toEqual(range(2, 51));
      }
    }
    for (const socket of sockets) socket.close();
  });

  it('G3: the sends of one connection keep their order, whatever their size and kind', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await owner.connect();
    const repeated = randomUUID();
    const acks = await Promise.all(
      range(1, 300).map((i) => {
        if (i % 7 === 0) return socket.ask('message:send', { conversationId: id, content: ' ' });
        if (i % 11 === 0) return socket.say(id, 'again', { clientMessageId: repeated });
        if (i % 5 === 0) return socket.say(id, '', { type: 'data', metadata: { blob: 'x'.repeat(2_000) } });
        return socket.say(id, 'y'.repeat(i % 3 ? 1 : 10_000));
      }),
    );
    const fresh = acks.filter((ack) => ack.success && !ack.duplicate).map(({ seq }) => seq);
    expect(fresh).toEqual(range(1, fresh.length));
  });

  it('G3: a send acked before another began has the smaller seq, whoever sends and by whichever transport', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const all = [owner, ...members];
    const sockets = await Promise.all(all.map((who) => who.connect()));
    const seqs: number[] = [];
    for (const i of range(0, 29)) {
      const sent = i % 2 ? await all[i % 3]?.say(id, `${i}`) : await sockets[i % 3]?.say(id, `${i}`);
      seqs.push(sent.seq);
    }
    expect(seqs).toEqual(range(1, 30));
  });
});

describe('G3 G5: renames, additions and removals racing with sends', () => {
  it('every version reaches every member exactly once and in order, and nothing reaches who is not there', async () => {
    const { id, owner, members } = await aGroup(node, { members: 6 });
    const comers = await people(node, 6);
    const [admin, ...senders] = members as [Person, ...Person[]];
    succeeded(await owner.patch(`/conversations/${id}/members/${admin.id}`, { role: 'admin' }));
    const fixed = await Promise.all([owner, ...members].map((who) => who.connect()));
    const fleeting = await Promise.all(comers.flatMap((who) => [who.connect(), who.connect()]));
    const { version: before } = await owner.sees(id);
    const over = new AbortController();
    const talk = senders.map(async (who, i) => {
      const socket = fixed[i + 2] as TestSocket;
      while (!over.signal.aborted) await (Math.random() < 0.8 ? socket.say(id, 'hello') : who.say(id, 'hello'));
    });
    const rename = async () => {
      for (const i of range(1, 15))
        succeeded(await randomOf([owner, admin]).patch(`/conversations/${id}`, { name: `Name ${i}` }));
    };
    const churn = async (leader: Person) => {
      for (let i = 0; i < 25; i += 1) {
        const some = comers.filter(() => Math.random() < 0.4).map((who) => who.id);
        if (some.length > 0) succeeded(await leader.post(`/conversations/${id}/members`, { memberIds: some }));
        const gone = randomOf(comers);
        const answer = await (Math.random() < 0.7 ? leader : gone).delete(`/conversations/${id}/members/${gone.id}`);
        // Whoever is not there any more, or not yet, cannot be removed; nor can they leave.
        expect([204, 404]).toContain(answer.status);
      }
    };
    await Promise.all([rename(), churn(owner), churn(admin)]);
    over.abort();
    await Promise.all(talk);

    const last = (await owner.say(id, 'the last word')).version;
    const history = await historyOf(id);
    expect(history.map(({ version }) => version)).toEqual(range(1, last));
    for (const socket of fixed) {
      await socket.reaches(id, last);
      expect(socket.versions(id)).toEqual(range(before + 1, last));
    }
    const probes = await Promise.all(comers.map((who) => groupOf(owner, [who])));
    for (const [i, socket] of fleeting.entries()) {
      const who = comers[i >> 1] as Person;
      const expected = stays(history, who.id);
      await socket.reaches(probes[i >> 1] as string, 1);
      if (expected.at(-1)?.at(-1) === last) await socket.reaches(id, last);
      expect(segmentsOf(socket, id)).toEqual(expected);
    }
    for (const socket of [...fixed, ...fleeting]) socket.close();
  });

  /** What a socket heard of a conversation, cut where it was told that it is a new one. */
  function segmentsOf(socket: TestSocket, id: string): number[][] {
    const segments: number[][] = [];
    for (const { name, payload } of socket.durable(id)) {
      if (name === 'conversation:created' || segments.length === 0) segments.push([]);
      segments.at(-1)?.push(payload.version);
    }
    return segments;
  }

  it('A25 G5: a hundred sends racing a removal: member:removed is the last event that the removed receive, and every read is refused', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [ex, other] = members as [Person, Person];
    const sockets = await Promise.all([ex.connect(), ex.connect(), ex.connect({ transports: ['polling'] })]);
    const sender = await other.connect();
    const sends = range(1, 100).map((i) => sender.say(id, `${i}`));
    await sends[20];
    const removed = owner.delete(`/conversations/${id}/members/${ex.id}`);
    await Promise.all([...sends, removed.then(succeeded)]);
    expect((await ex.get(`/conversations/${id}/messages`)).status).toBe(404);
    const probe = await groupOf(owner, [ex]);
    const [gone] = (await historyOf(id)).filter(({ name }) => name === 'member_removed');
    for (const socket of sockets) {
      await socket.reaches(probe, 1);
      expect(socket.versions(id)).toEqual(range(2, gone?.version ?? 0));
      expect(socket.durable(id).at(-1)?.name).toBe('member:removed');
      socket.close();
    }
  });

  it('§5: who is added and removed again at once receives both events, or none', async () => {
    const { id, owner } = await aGroup(node);
    const guest = await aPerson(node);
    const socket = await guest.connect();
    const path = `/conversations/${id}/members`;
    for (const _ of range(1, 20)) {
      // The second request is under way before the first is answered.
      const added = owner.post(path, { memberIds: [guest.id] });
      const removed = owner.delete(`${path}/${guest.id}`);
      await Promise.all([added.then(succeeded), removed]);
      await owner.delete(`${path}/${guest.id}`);
      await owner.say(id, 'in between');
    }
    // They may have heard of none, but hear of one who stays.
    succeeded(await owner.post(path, { memberIds: [guest.id] }));
    const history = await historyOf(id);
    await socket.reaches(id, history.at(-1)?.version ?? 0);
    const expected = stays(history, guest.id);
    const heard = segmentsOf(socket, id);
    for (const segment of heard) expect(expected).toContainEqual(segment);
    expect(socket.durable(id)[0]?.name).toBe('conversation:created');
  });

  it('§5: who was removed again before the new conversation could be announced receives nothing of it', async () => {
    const { id, owner } = await aGroup(node);
    const guest = await aPerson(node);
    const [socket, listener] = await Promise.all([guest.connect(), owner.connect()]);
    const source = node.node.app.get(StreamSource);
    const listItems = source.listItems.bind(source);
    const { promise: gone, resolve: isGone } = Promise.withResolvers<void>();
    source.listItems = (...asked) => gone.then(() => listItems(...asked));
    try {
      succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [guest.id] }));
      succeeded(await owner.delete(`/conversations/${id}/members/${guest.id}`));
    } finally {
      source.listItems = listItems;
      isGone();
    }
    const { version } = await owner.say(id, 'on');
    await listener.reaches(id, version);
    expect(listener.versions(id)).toEqual(range(2, version));
    await socket.reaches(await groupOf(owner, [guest]), 1);
    expect(socket.versions(id)).toEqual([]);
  });

  it('§5: two who are added at once by different people receive nothing from before they were there', async () => {
    for (const _ of range(1, 10)) {
      const { id, owner, members } = await aGroup(node);
      const [admin] = members as [Person];
      succeeded(await owner.patch(`/conversations/${id}/members/${admin.id}`, { role: 'admin' }));
      const [one, two] = (await people(node, 2)) as [Person, Person];
      const sockets = await Promise.all([one.connect(), two.connect()]);
      await Promise.all([
        owner.post(`/conversations/${id}/members`, { memberIds: [one.id] }),
        owner.say(id, 'hello'),
        admin.post(`/conversations/${id}/members`, { memberIds: [two.id] }),
        admin.say(id, 'hello'),
      ]);
      const { version } = await owner.say(id, 'probe');
      const history = await historyOf(id);
      for (const [i, who] of [one, two].entries()) {
        await sockets[i]?.reaches(id, version);
        expect(segmentsOf(sockets[i] as TestSocket, id)).toEqual(stays(history, who.id));
        sockets[i]?.close();
      }
    }
  });
});

describe('connecting in the middle of it', () => {
  it('G4 §5: what is read after ready and what is received fit together without a hole', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const sender = await owner.connect();
    const over = new AbortController();
    const talk = (async () => {
      for (let i = 0; !over.signal.aborted; i += 1) {
        await Promise.all(range(1, 5).map((j) => sender.say(id, `${i} ${j}`)));
        if (i % 4 === 0) succeeded(await owner.patch(`/conversations/${id}`, { name: `Name ${i}` }));
      }
    })();
    const opened: [TestSocket, number][] = [];
    for (const i of range(1, 20)) {
      const who = members[i % 3] as Person;
      const socket = await who.connect(i % 5 === 0 ? { transports: ['polling'] } : {});
      opened.push([socket, (await who.sees(id)).version]);
    }
    over.abort();
    await talk;
    const last = (await owner.say(id, 'the last word')).version;
    for (const [socket, seen] of opened) {
      await socket.reaches(id, last);
      expect(socket.versions(id).filter((version) => version > seen)).toEqual(range(seen + 1, last));
      const heard = socket.versions(id);
      expect(heard).toEqual(range(heard[0] as number, last));
      socket.close();
    }
  });

  it('G5: a removal while one is connecting is not overtaken: nothing of the conversation is received afterwards', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await whileConnecting(bob, async () => {
      succeeded(await owner.delete(`/conversations/${id}/members/${bob.id}`));
    });
    const listener = await owner.connect();
    const later = await owner.say(id, 'not for bob');
    await listener.reaches(id, later.version);
    const probe = await groupOf(owner, [bob]);
    await socket.reaches(probe, 1);
    expect(socket.versions(id)).toEqual([]);
  });

  it('G5: neither is a removal while one joins', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await bob.connect();
    await socket.ask('conversation:leave', { conversationId: id });
    const held = holdMemberships(bob, 1);
    const joining = socket.ask('conversation:join', { conversationId: id });
    await held.reached;
    succeeded(await owner.delete(`/conversations/${id}/members/${bob.id}`));
    held.release();
    expect((await joining).error.code).toBe('not_found');
    const listener = await owner.connect();
    const later = await owner.say(id, 'not for bob');
    await listener.reaches(id, later.version);
    const probe = await groupOf(owner, [bob]);
    await socket.reaches(probe, 1);
    expect(socket.versions(id).filter((version) => version > 2)).toEqual([]);
  });

  it('G4: who is removed and added again while connecting receives the conversation once, and all that follows', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const socket = await whileConnecting(bob, async () => {
      succeeded(await owner.delete(`/conversations/${id}/members/${bob.id}`));
      succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [bob.id] }));
    });
    const probe = await owner.say(id, 'for bob');
    await socket.reaches(id, probe.version);
    expect(socket.durable(id).map(({ name, payload }) => [name, payload.version])).toEqual([
      ['conversation:created', 4],
      ['message:new', 5],
      ['message:new', 6],
    ]);
  });

  it('G4: an addition while one is connecting is followed from its version on', async () => {
    const bob = await aPerson(node);
    const { id, owner } = await aGroup(node);
    const socket = await whileConnecting(bob, async () => {
      succeeded(await owner.post(`/conversations/${id}/members`, { memberIds: [bob.id] }));
    });
    const probe = await owner.say(id, 'for bob');
    await socket.reaches(id, probe.version);
    expect(socket.versions(id)).toEqual([2, 3, 4]);
  });

  /** Holds the answer to the nth reading of someone's memberships back: it is from before whatever happens meanwhile. */
  function holdMemberships(who: Person, nth: number): { reached: Promise<void>; release: () => void } {
    const source = node.node.app.get(StreamSource);
    const memberships = source.memberships.bind(source);
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: released, resolve } = Promise.withResolvers<void>();
    let readings = 0;
    source.memberships = async (userIds) => {
      const found = await memberships(userIds);
      if (!userIds.includes(who.id)) return found;
      readings += 1;
      if (readings === nth) {
        reach();
        await released;
      }
      return found;
    };
    const release = () => {
      source.memberships = memberships;
      resolve();
    };
    return { reached, release };
  }

  /** Connects, and lets something happen after the memberships were read for the last time and before `ready`. */
  async function whileConnecting(who: Person, happening: () => Promise<void>): Promise<TestSocket> {
    const held = holdMemberships(who, 2);
    try {
      const socket = new TestSocket(node.url, { auth: { token: who.token } });
      await held.reached;
      await happening();
      held.release();
      await socket.first('ready');
      return socket;
    } finally {
      held.release();
    }
  }

  it('sockets that end while they are connecting leave nothing behind', async () => {
    const { id, owner, members } = await aGroup(node);
    const streams = node.node.app.get(Hub);
    const sockets = range(1, 30).map(() => new TestSocket(node.url, { auth: { token: (members[0] as Person).token } }));
    await eventually('one of them is connected', () => sockets.some((each) => each.io.connected));
    for (const socket of sockets) socket.close();
    await eventually('nobody follows the conversation', () => streams.versionOf(id) === 0);
    expect((await owner.say(id, 'on')).seq).toBe(1);
  });
});
