import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually, expectSoon } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { TEXT_ENCRYPTION } from '../src/modules/conversation-log/index.js';
import { PlainTextsRepository } from '../src/modules/conversation-log/plain-texts.repository.js';
import type { ConversationKeys } from '../src/modules/encryption/conversation-keys.js';
import { DeploymentKeyRing } from '../src/modules/encryption/deployment-key-ring.js';
import { ROTATION } from '../src/modules/encryption/index.js';
import { KeyCheck } from '../src/modules/encryption/key-check.js';
import { KeyCheckRepository } from '../src/modules/encryption/key-check.repository.js';
import { AccountErasure, ERASURE } from '../src/modules/leaving/index.js';
import { violationsOn } from './invariants.js';
import { PASSWORD, startOn, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, type Group, Person, people, succeeded } from './people.js';
import { freshDatabase, type TestDatabase } from './test-database.js';

const aKey = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

let database: TestDatabase;
let node: TestNode | null = null;
/** One node after the other, on the same database. */
const restart = async (env: Record<string, string> = {}): Promise<TestNode> => {
  await node?.close();
  node = null;
  node = await startOn({ ...database, remove: async () => undefined }, env);
  return node;
};
const again = (who: Person, on: TestNode) => new Person(on, who.id, who.username, who.token);

beforeEach(async () => {
  database = await freshDatabase();
});
afterEach(async () => {
  await node?.close();
  node = null;
  await database.remove();
});

/** Every row of every table with this in it, as the name of the table. */
async function tablesWith(on: TestNode, words: string): Promise<string[]> {
  const tables = await on.rows<{ name: string }>(
    sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  );
  const found = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await on.rows(
        sql`SELECT 1 FROM ${sql.raw(`"${name}"`)} t WHERE strpos(t::text, ${words}) > 0 LIMIT 1`,
      );
      return rows.length > 0 ? [name] : [];
    }),
  );
  return found.flat();
}

/** A secret in every place of a message, and what is derived from it. */
async function sayAll(secret: string, { id, owner, members: [bob] }: Group) {
  const long = `${secret} ${'and so on '.repeat(60)}`;
  const said = await owner.say(id, long, { metadata: { note: secret } });
  const edited = await owner.say(id, `${secret} at first`);
  succeeded(await owner.patch(`/messages/${edited.id}`, { content: `${secret} then`, metadata: { again: secret } }));
  const reply = await (bob as Person).say(id, 'I see', { replyToId: said.id });
  return { said, edited, reply, long };
}

describe('with ENCRYPTION_KEYS', () => {
  it('nothing that a message says is in any table, and everybody reads it as it was written', async () => {
    const on = await restart({ ENCRYPTION_KEYS: aKey('k1') });
    const [secret, group] = [randomUUID(), await aGroup(on)];
    const { id, owner } = group;
    const { said, edited, reply, long } = await sayAll(secret, group);
    const [ann, bob] = (await people(on, 2)) as [Person, Person];
    const direct = await directOf(ann, bob);
    const reported = await ann.say(direct, `${secret} is bad`);
    const comment = `${secret} is what was said`;
    const report = succeeded(await bob.post(`/messages/${reported.id}/reports`, { reason: 'spam', comment }));
    expect(report).toMatchObject({ comment, content: `${secret} is bad` });

    expect(await tablesWith(on, secret)).toEqual([]);
    expect(await violationsOn(on)).toEqual([]);
    expect(said).toMatchObject({ content: long, metadata: { note: secret } });
    expect(reply.replyTo.excerpt).toContain(secret);
    const page = succeeded(await owner.get(`/conversations/${id}/messages`)).items;
    expect(page).toEqual([
      expect.objectContaining({ content: long, metadata: { note: secret } }),
      expect.objectContaining({ content: `${secret} then`, metadata: { again: secret } }),
      expect.objectContaining({ content: 'I see', replyTo: reply.replyTo }),
    ]);
    expect(succeeded(await owner.get(`/messages/${edited.id}/edits`)).items).toMatchObject([
      { originalContent: `${secret} at first` },
    ]);
    const { items } = succeeded(await owner.get('/conversations'));
    expect(items[0].lastMessage).toMatchObject({ content: 'I see' });
    const synced = succeeded(await owner.post('/sync', { conversations: { [id]: { version: 0, receipts: 0 } } }));
    expect(synced.conversations[id].messages.map(({ content }: { content: string }) => content)).toContain(long);
    for (const path of [`/conversations/${id}/export`, '/users/me/export']) {
      const text = (await owner.get(path)).text;
      for (const words of [long, `${secret} at first`, `${secret} then`]) expect(text).toContain(words);
    }
  });

  it('each conversation has a key of its own, and the same text is never stored twice alike', async () => {
    const on = await restart({ ENCRYPTION_KEYS: aKey('k1') });
    const [one, other] = [await aGroup(on), await aGroup(on)];
    for (const { id, owner } of [one, one, other]) await owner.say(id, 'the same words');
    const stored = await on.rows<{ content: string; hash: string }>(
      sql`SELECT content, encode(payload_hash, 'hex') AS hash FROM messages`,
    );
    expect(new Set(stored.map(({ content }) => content)).size).toBe(3);
    // What repeats are known by is the same for the same text in one conversation alone, and no hash of the text.
    expect(new Set(stored.map(({ hash }) => hash)).size).toBe(2);
    const keys = await on.rows<{ wrapped: Buffer }>(sql`SELECT wrapped FROM conversation_keys`);
    expect(keys).toHaveLength(2);
  });

  it('G2: a repeat is known by its text, before and after a restart, and another text is refused', async () => {
    const keys = { ENCRYPTION_KEYS: aKey('k1') };
    const on = await restart(keys);
    const { id, owner } = await aGroup(on);
    const clientMessageId = randomUUID();
    const sent = await owner.say(id, 'once', { clientMessageId });
    const later = again(owner, await restart(keys));
    const repeat = await later.post(`/conversations/${id}/messages`, { content: 'once', clientMessageId });
    expect([repeat.status, repeat.body.id]).toEqual([200, sent.id]);
    const different = await later.post(`/conversations/${id}/messages`, { content: 'other', clientMessageId });
    expect(different.body.error.code).toBe('idempotency_conflict');
  });

  it('there is no search, and its words are not stored', async () => {
    const on = await restart({ ENCRYPTION_KEYS: aKey('k1') });
    const { id, owner } = await aGroup(on);
    await owner.say(id, 'findable words');
    expect(await on.rows(sql`SELECT 1 FROM message_search`)).toEqual([]);
    expect((await owner.get('/search?q=findable')).status).toBe(501);
    const socket = await owner.connect();
    expect((await socket.first('ready')).features.search).toBe(false);
    socket.close();
  });

  it('whoever sends to a conversation that there is not is told so, and nothing is kept of it', async () => {
    const on = await restart({ ENCRYPTION_KEYS: aKey('k1') });
    const ann = await aPerson(on);
    const answer = await ann.post(`/conversations/${randomUUID()}/messages`, { content: 'nowhere' });
    expect(answer.status).toBe(404);
    expect(await on.rows(sql`SELECT 1 FROM conversation_keys`)).toEqual([]);
  });

  it('a row that was changed in the database is not shown as what it became', async () => {
    const on = await restart({ ENCRYPTION_KEYS: aKey('k1') });
    const { id, owner } = await aGroup(on);
    const [one, other] = [await owner.say(id, 'one'), await owner.say(id, 'other')];
    await on.rows(
      sql`UPDATE messages m SET content = o.content FROM messages o WHERE m.id = ${one.id} AND o.id = ${other.id}`,
    );
    expect((await owner.get(`/messages/${one.id}`)).status).toBe(500);
    expect((await owner.get(`/messages/${other.id}`)).body.content).toBe('other');
  });
});

describe('the key of a conversation', () => {
  it('is destroyed once everybody who was ever in it has left for good, and not before', async () => {
    const on = await restart({ ENCRYPTION_KEYS: aKey('k1') });
    const aLeaver = async () => {
      const { id, username, token } = await on.register(`l${randomUUID().slice(0, 8)}`);
      return new Person(on, id, username, token);
    };
    // The first to register is the server's admin, who cannot leave.
    const [, ann, bob] = [await aLeaver(), await aLeaver(), await aLeaver()];
    const [gone, held, stays] = [
      await directOf(ann, bob),
      succeeded(await ann.post('/conversations', { type: 'group', name: 'Held', memberIds: [] })).id,
      await directOf(bob, await aPerson(on)),
    ];
    for (const [who, id] of [
      [ann, gone],
      [ann, held],
      [bob, stays],
    ] as const)
      await who.say(id, 'kept');
    await on.rows(sql`UPDATE conversations SET is_held = true WHERE id = ${held}`);
    const destroyed = () =>
      on.rows(sql`SELECT conversation_id AS id FROM conversation_keys WHERE wrapped IS NULL AND wrapped_by IS NULL`);
    Object.assign(ERASURE, { afterMs: 0 });
    const leave = async (who: Person) => {
      succeeded(await who.call('DELETE', '/users/me', { password: PASSWORD }));
      await on.node.app.get(AccountErasure).run();
    };
    await leave(ann);
    expect(await destroyed()).toEqual([]);
    await leave(bob);
    await expectSoon(async () => expect(await destroyed()).toEqual([{ id: gone }]));
    expect(await violationsOn(on)).toEqual([]);
  });
});

describe('a database with encrypted messages', () => {
  it('is refused with a sentence where its key is missing or another one of the same id, and opens with it', async () => {
    const key = aKey('k1');
    const { id, owner } = await aGroup(await restart({ ENCRYPTION_KEYS: key }));
    await owner.say(id, 'for later');
    await expect(restart()).rejects.toThrow(/^Messages of this database are encrypted, .* the key "k1"/);
    await expect(restart({ ENCRYPTION_KEYS: aKey('k2') })).rejects.toThrow(/does not list the key "k1"/);
    await expect(restart({ ENCRYPTION_KEYS: aKey('k1') })).rejects.toThrow(/^The key "k1" .* is not the one/);
    const on = await restart({ ENCRYPTION_KEYS: key });
    const { items } = succeeded(await again(owner, on).get(`/conversations/${id}/messages`));
    expect(items).toMatchObject([{ content: 'for later' }]);
  });

  it('of two nodes that start at once with different keys of one id, one is refused', async () => {
    const repository = new KeyCheckRepository((await restart()).node.databases.main);
    const checks = [1, 2].map(() => {
      const ring = new DeploymentKeyRing([{ id: 'k1', secret: randomBytes(32) }]);
      return new KeyCheck(repository, { ring } as ConversationKeys);
    });
    const ends = await Promise.allSettled(checks.map((check) => check.onModuleInit()));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('may do without a key once all keys of conversations are encrypted by another, while people write', async () => {
    const [old, next] = [aKey('k1'), aKey('k2')];
    const first = await restart({ ENCRYPTION_KEYS: old });
    const groups = await Promise.all([aGroup(first), aGroup(first), aGroup(first)]);
    await Promise.all(groups.map(({ id, owner }) => owner.say(id, 'before')));
    Object.assign(ROTATION, { firstMs: 0, keys: 1 });
    const second = await restart({ ENCRYPTION_KEYS: `${next},${old}` });
    await Promise.all(groups.map(({ id, owner }) => again(owner, second).say(id, 'meanwhile')));
    await expectSoon(async () =>
      expect(await second.rows(sql`SELECT DISTINCT wrapped_by AS by FROM conversation_keys`)).toEqual([{ by: 'k2' }]),
    );
    const third = await restart({ ENCRYPTION_KEYS: next });
    for (const { id, owner } of groups) {
      const { items } = succeeded(await again(owner, third).get(`/conversations/${id}/messages`));
      expect(items).toMatchObject([{ content: 'before' }, { content: 'meanwhile' }]);
    }
  });
});

describe('messages of before there were keys', () => {
  it('are read as ever, and encrypted with all that was derived from them, while repeats of them stay known', async () => {
    const plain = await restart();
    const [secret, group] = [randomUUID(), await aGroup(plain)];
    const { id, owner } = group;
    const { long, edited } = await sayAll(secret, group);
    const clientMessageId = randomUUID();
    const early = await owner.say(id, `${secret} early`, { clientMessageId });
    expect(await tablesWith(plain, secret)).toEqual(['message_edit_history', 'messages']);

    const on = await restart({ ENCRYPTION_KEYS: aKey('k1') });
    const ann = again(owner, on);
    const repeat = () => ann.post(`/conversations/${id}/messages`, { content: `${secret} early`, clientMessageId });
    expect((await repeat()).body.id).toBe(early.id);
    await expectSoon(async () => expect(await tablesWith(on, secret)).toEqual([]));
    expect(await on.rows(sql`SELECT 1 FROM conversation_keys WHERE plain_to IS NOT NULL`)).toEqual([]);
    expect(await on.rows(sql`SELECT 1 FROM messages WHERE octet_length(payload_hash) = 32`)).toEqual([]);
    const { items } = succeeded(await ann.get(`/conversations/${id}/messages`));
    expect(items.map(({ content }: { content: string }) => content)).toEqual([
      ...[long, `${secret} then`, 'I see', `${secret} early`],
    ]);
    expect(items[2].replyTo.excerpt).toContain(secret);
    expect(succeeded(await ann.get(`/messages/${edited.id}/edits`)).items).toMatchObject([
      { originalContent: `${secret} at first` },
    ]);
    expect((await repeat()).body.id).toBe(early.id);
    expect(on.logs.some(({ msg }) => msg === 'texts of before there were keys were encrypted')).toBe(true);
  });

  it('are encrypted wherever a node was stopped, also where one message has more edits than a step takes', async () => {
    const plain = await restart();
    const [secret, { id, owner }] = [randomUUID(), await aGroup(plain)];
    for (let i = 1; i <= 12; i += 1) await owner.say(id, `${secret} ${i}`);
    const edited = await owner.say(id, `${secret} 0`);
    for (let i = 1; i <= 5; i += 1)
      succeeded(await owner.patch(`/messages/${edited.id}`, { content: `${secret} ${i}` }));
    Object.assign(TEXT_ENCRYPTION, { firstMs: 0, rows: 2 });
    const keys = { ENCRYPTION_KEYS: aKey('k1') };
    const left = async (on: TestNode) => {
      const [row] = await on.rows<{ left: number | null }>(
        sql`SELECT plain_to::float8 AS left FROM conversation_keys WHERE conversation_id = ${id}`,
      );
      return row?.left ?? null;
    };
    const first = await restart(keys);
    const step = jest.spyOn(PlainTextsRepository.prototype, 'step');
    await eventually('it has begun', () => step.mock.calls.length >= 4);
    // What is under way when a node is stopped is done or not begun.
    const second = await restart(keys);
    expect(first).not.toBe(second);
    await expectSoon(async () => expect(await left(second)).toBeNull());
    expect(await tablesWith(second, secret)).toEqual([]);
    const { items } = succeeded(await again(owner, second).get(`/messages/${edited.id}/edits`));
    expect(items.map(({ originalContent }: { originalContent: string }) => originalContent)).toEqual(
      [0, 1, 2, 3, 4].map((i) => `${secret} ${i}`),
    );
    step.mockRestore();
  });

  it('that look like encrypted ones stay what they are', async () => {
    const plain = await restart();
    const { id, owner } = await aGroup(plain);
    const text = '\u0001parley:1:bm90aGluZyBvZiB0aGUga2luZCwgYnV0IGxvbmcgZW5vdWdo';
    const said = await owner.say(id, text);
    const on = await restart({ ENCRYPTION_KEYS: aKey('k1') });
    const ann = again(owner, on);
    const reply = await ann.say(id, 'quoted', { replyToId: said.id });
    expect(reply.replyTo.excerpt).toBe(text);
    expect((await ann.get(`/messages/${said.id}`)).body.content).toBe(text);
  });
});
