import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { ConversationLog, MessageTextRepository } from '../src/modules/conversation-log/index.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, type Group, groupOf, type Person, people, succeeded } from './people.js';
import { prepared } from './prepared-message.js';
import { ENGINE } from './test-database.js';

let node: TestNode;
let log: ConversationLog;

beforeAll(async () => {
  node = await startNode();
  log = node.node.app.get(ConversationLog);
});
afterAll(() => node.close());

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

async function storedIn(conversationId: string): Promise<{ seq: number; version: number; content: string }[]> {
  return node.rows(
    sql`SELECT seq::int, created_version::int AS version, content FROM messages WHERE conversation_id = ${conversationId} ORDER BY seq`,
  );
}

/** Records the transactions of messages until it is stopped. */
function recordBatches() {
  const repository = node.node.app.get(MessageTextRepository);
  const { writeBatch } = repository;
  const made: { wait: string; conversationIds: ReadonlySet<string> }[] = [];
  repository.writeBatch = (batch, wait) => {
    made.push({ wait, conversationIds: new Set(batch.map(({ conversationId }) => conversationId)) });
    return writeBatch.call(repository, batch, wait);
  };
  const stop = () => {
    repository.writeBatch = writeBatch;
  };
  return { made, stop };
}

/** Counts the transactions of messages until the function that it returns is called. */
function countBatches(): () => number {
  const { made, stop } = recordBatches();
  return () => {
    stop();
    return made.length;
  };
}

describe('group commit', () => {
  it('G3: what arrives together is written together, and each conversation keeps its order', async () => {
    const crowd = await people(node, 4);
    const ids = await Promise.all(range(1, 8).map(() => groupOf(crowd[0] as Person, crowd.slice(1))));
    const counted = countBatches();
    const writes = range(1, 50).flatMap((i) =>
      ids.map((id) => log.appendMessage(prepared(id, crowd[i % 4] as Person, `${i}`))),
    );
    const outcomes = await Promise.all(writes);
    expect(counted()).toBeLessThan(40);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['new']));
    for (const id of ids) {
      expect(await storedIn(id)).toEqual(range(1, 50).map((i) => ({ seq: i, version: i + 1, content: `${i}` })));
    }
  });

  it('one message by itself waits for no other', async () => {
    const { id, owner } = await aGroup(node);
    const counted = countBatches();
    for (const i of range(1, 3)) await log.appendMessage(prepared(id, owner, `${i}`));
    expect(counted()).toBe(3);
  });

  it('G3: other changes of the conversation take their turn among its messages', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await owner.connect();
    const steps = range(1, 10).flatMap((i) => [
      log.appendMessage(prepared(id, owner, `${i}`)),
      owner.patch(`/conversations/${id}`, { name: `Name ${i}` }).then(succeeded),
    ]);
    await Promise.all(steps);
    const { version } = await owner.say(id, 'probe');
    await socket.reaches(id, version);
    expect(version).toBe(32);
    expect(socket.versions(id)).toEqual(range(2, 32));
  });
});

describe('a row that cannot be stored', () => {
  it('fails alone: its neighbours, of its own conversation too, are stored in order and announced', async () => {
    const { id, owner, members } = await aGroup(node);
    const other = await groupOf(owner, members);
    const socket = await (members[0] as Person).connect();
    const poisoned = new Set([0, 17, 18, 63, 99]);
    const writes = range(0, 99).map((i) => {
      const message = prepared(i % 3 ? id : other, owner, poisoned.has(i) ? 'a\u0000b' : `${i}`);
      return log.appendMessage(message).then(
        (outcome) => outcome.kind,
        (fault: { code: string }) => fault.code,
      );
    });
    const outcomes = await Promise.all(writes);
    expect(outcomes).toEqual(range(0, 99).map((i) => (poisoned.has(i) ? 'validation_failed' : 'new')));
    for (const [conversation, mine] of [
      [id, (i: number) => i % 3 !== 0],
      [other, (i: number) => i % 3 === 0],
    ] as const) {
      const expected = range(0, 99)
        .filter((i) => mine(i) && !poisoned.has(i))
        .map(String);
      const stored = await storedIn(conversation);
      expect(stored.map(({ content }) => content)).toEqual(expected);
      expect(stored.map(({ seq }) => seq)).toEqual(range(1, expected.length));
      await socket.reaches(conversation, expected.length + 1);
      expect(socket.versions(conversation)).toEqual(range(2, expected.length + 1));
    }
    expect((await owner.say(id, 'on')).content).toBe('on');
  });

  // A trigger and damage may raise any of them; XX001 is what Postgres says of a damaged page.
  it.each(['P0001', 'XX001', 'XX000', '42883', '40001', 'Q0042'])(
    'fails alone by a trigger or damage that raises %s',
    async (state) => {
      const { id, owner, members } = await aGroup(node);
      const other = await groupOf(owner, members);
      await node.rows(
        sql.raw(`CREATE OR REPLACE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.content LIKE 'bad%' THEN RAISE EXCEPTION 'spoilt' USING ERRCODE = '${state}'; END IF;
          RETURN NEW; END $$`),
      );
      await node.rows(
        sql`CREATE OR REPLACE TRIGGER spoil BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION spoil()`,
      );
      const isBad = (i: number) => i % 13 === 5;
      const writes = range(0, 199).map((i) =>
        log.appendMessage(prepared(i % 3 ? id : other, owner, isBad(i) ? `bad ${i}` : `${i}`)).then(
          (outcome) => outcome.kind,
          (fault: { code: string }) => fault.code,
        ),
      );
      const code = state === 'P0001' ? 'validation_failed' : 'internal';
      expect(await Promise.all(writes)).toEqual(range(0, 199).map((i) => (isBad(i) ? code : 'new')));
      const expected = range(0, 199).filter((i) => i % 3 && !isBad(i));
      expect((await storedIn(id)).map(({ content }) => content)).toEqual(expected.map(String));
      await node.rows(sql`DROP TRIGGER spoil ON messages`);
    },
  );

  it('where every row fails the attempts are bounded, and whose fault it is stays open for the rest', async () => {
    const { id, owner } = await aGroup(node);
    const repository = node.node.app.get(MessageTextRepository);
    const { writeBatch } = repository;
    let attempts = 0;
    repository.writeBatch = () => {
      attempts += 1;
      return Promise.reject(Object.assign(new Error('broken'), { code: 'XX000' }));
    };
    const writes = range(1, 500).map((i) => log.appendMessage(prepared(id, owner, `${i}`)).catch(({ code }) => code));
    const codes = new Set(await Promise.all(writes));
    repository.writeBatch = writeBatch;
    expect(codes).toEqual(new Set(['internal', 'service_unavailable']));
    expect(attempts).toBeLessThan(600);
  });

  it('by itself it is refused, and nothing of it is left', async () => {
    const { id, owner } = await aGroup(node);
    await expect(log.appendMessage(prepared(id, owner, '\u0000'))).rejects.toMatchObject({ code: 'validation_failed' });
    expect(await owner.sees(id)).toMatchObject({ version: 1, lastSeq: 0, unreadCount: 0 });
  });
});

describe('a database that does not answer', () => {
  it('G2: what has waited too long is refused as retryable, and the repeat under the same id is stored once', async () => {
    const { id, owner } = await aGroup(node);
    const socket = await owner.connect();
    const bodies = range(1, 4).map((i) => ({ conversationId: id, content: `${i}`, clientMessageId: randomUUID() }));
    const release = await holdEverything();
    const acks: { success: boolean; error?: unknown }[] = [];
    const start = performance.now();
    const sends: Promise<void>[] = [];
    for (const body of bodies) {
      sends.push(socket.ask('message:send', body).then((ack) => void acks.push(ack)));
      // Each in a turn of its own: what is under way already is not refused.
      await socket.ask('no:such');
    }
    await eventually('one was refused', () => acks.find(({ success }) => !success));
    expect(performance.now() - start).toBeLessThan(9_000);
    release();
    await Promise.all(sends);
    for (const ack of acks.filter(({ success }) => !success)) {
      expect(ack.error).toMatchObject({
        code: 'service_unavailable',
        retryable: true,
        clientMessageId: expect.any(String),
      });
    }
    for (const body of bodies) expect((await socket.ask('message:send', body)).success).toBe(true);
    expect((await storedIn(id)).map(({ content }) => content).toSorted()).toEqual(['1', '2', '3', '4']);
    expect((await storedIn(id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  /** No statement comes through until what it returns is called. */
  async function holdEverything(): Promise<() => void> {
    const { promise: held, resolve: hold } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    void node.node.databases.main.transaction(async (tx) => {
      if (ENGINE === 'postgres')
        await tx.execute(sql`LOCK TABLE conversations, conversation_participants IN ACCESS EXCLUSIVE MODE`);
      hold();
      await released;
    });
    await held;
    return release;
  }
});

// The embedded database has no other sessions that could hold anything.
if (ENGINE === 'postgres') {
  describe('a conversation that another session holds', () => {
    let other: pg.Client;

    beforeAll(async () => {
      const [row] = await node.rows<{ name: string }>(sql`SELECT current_database() AS name`);
      const url = new URL(process.env.PARLEY_TEST_POSTGRES_URL ?? '');
      url.pathname = `/${row?.name}`;
      other = new pg.Client({ connectionString: url.href });
      await other.connect();
    });
    afterAll(() => other.end());

    async function hold(conversationId: string): Promise<void> {
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM conversations WHERE id = $1 FOR UPDATE', [conversationId]);
    }

    /** Ten messages at once, which have to be there before a statement gives up waiting for what is held. */
    const quick = async (group: Group) => {
      const start = performance.now();
      await Promise.all(range(1, 10).map((i) => group.owner.say(group.id, `quick ${i}`)));
      return performance.now() - start;
    };

    it('F7: holds up no other conversation, and its own messages go on in order once it is free', async () => {
      const [held, free] = [await aGroup(node), await aGroup(node)];
      const socket = await held.owner.connect();
      await hold(held.id);
      const acks = range(1, 20).map((i) => socket.say(held.id, `${i}`));
      expect(await quick(free)).toBeLessThan(1_900);
      await other.query('COMMIT');
      expect((await Promise.all(acks)).map(({ seq }) => seq)).toEqual(range(1, 20));
      expect((await storedIn(held.id)).map(({ content }) => content)).toEqual(range(1, 20).map(String));
    });

    it('F7: after two seconds its messages are refused as retryable, and the repeats are stored once', async () => {
      const [held, free] = [await aGroup(node), await aGroup(node)];
      const socket = await held.owner.connect();
      await hold(held.id);
      const body = { conversationId: held.id, content: 'held', clientMessageId: randomUUID() };
      const refused = await socket.ask('message:send', body);
      expect(refused).toMatchObject({
        success: false,
        error: { code: 'service_unavailable', clientMessageId: body.clientMessageId },
      });
      const renamed = await held.owner.patch(`/conversations/${held.id}`, { name: 'New' });
      expect([renamed.status, renamed.body.error.code]).toEqual([503, 'service_unavailable']);
      expect(await quick(free)).toBeLessThan(1_900);
      await other.query('COMMIT');
      expect(await socket.ask('message:send', body)).toMatchObject({ success: true, seq: 1, duplicate: false });
      expect(await storedIn(held.id)).toHaveLength(1);
    });

    it('S2.17: several that the batch of another node holds are waited for together, and written in order', async () => {
      const groups = await Promise.all(range(1, 6).map(() => aGroup(node)));
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM conversations WHERE id = ANY ($1) FOR UPDATE', [groups.map(({ id }) => id)]);
      const calls = recordBatches();
      const writes = range(1, 3).flatMap((i) =>
        groups.map(({ id, owner }) => log.appendMessage(prepared(id, owner, `${i}`))),
      );
      await eventually('those that are held are waited for', () => calls.made[1]);
      await other.query('COMMIT');
      await Promise.all(writes);
      calls.stop();
      expect(calls.made.slice(0, 2).map(({ wait }) => wait)).toEqual(['not', 'briefly']);
      expect(calls.made[1]?.conversationIds).toEqual(new Set(groups.map(({ id }) => id)));
      for (const { id } of groups) expect((await storedIn(id)).map(({ content }) => content)).toEqual(['1', '2', '3']);
    });

    it('F7: six of them at once leave room for all the others', async () => {
      const groups = await Promise.all(range(1, 6).map(() => aGroup(node)));
      const free = await aGroup(node);
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM conversations WHERE id = ANY ($1) FOR UPDATE', [groups.map(({ id }) => id)]);
      const sends = groups.map(({ id, owner }) => owner.post(`/conversations/${id}/messages`, { content: 'held' }));
      expect(await quick(free)).toBeLessThan(1_900);
      await other.query('COMMIT');
      for (const { status } of await Promise.all(sends)) expect(status).toBe(201);
    });
  });
}
