import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { violationsOn } from '../invariants.js';
import { PASSWORD, startOn, type TestNode } from '../node.js';
import { Person, succeeded } from '../people.js';
import { ANSWERS, formerDatabase, rowsOf, TABLES_FILLED } from './former-release.js';

const SECRET = 'known to the test of older databases';
/** As that release gave it to Ann's browser. */
const REFRESH_TOKEN = '01a2253b-c0d1-75a0-8f0c-0dfe6144950a.1.smGUNMtme0MSjvWwFpUl2lSOjleTyb9hNKK61HjuvZM';
const GROUP = '01a2253b-c349-753c-b5a4-f541643fa6bf';

const messages = rowsOf('messages').filter((each) => each.conversation_id === GROUP);
const saying = (text: string) => messages.find(({ content }) => content.startsWith(text));

/** The others change when people sign in and nodes start: of these the answers tell. */
const CHANGING = ['users', 'refresh_sessions', 'nodes', 'node_users'];
const KEPT = TABLES_FILLED.filter((table) => !CHANGING.includes(table));

const KEY = ['id', 'conversation_id', 'user_id', 'version', 'seq', 'to_seq', 'emoji'];
const placeOf = (row: object) => JSON.stringify(KEY.map((key) => (row as Record<string, unknown>)[key] ?? null));

/** People beside an answer are in no order. */
const inOrder = (body: { users?: { id: string }[] }) =>
  body.users ? { ...body, users: body.users.toSorted((a, b) => a.id.localeCompare(b.id)) } : body;

describe.each([6, 9])('a database with the schema of migration %i', (migration) => {
  let node: TestNode;
  const people: Record<string, Person> = {};

  beforeAll(async () => {
    node = await startOn(await formerDatabase(migration), { JWT_SECRET: SECRET });
    const login = await node.request.post('/api/auth/login').send({ username: 'ann', password: PASSWORD }).expect(200);
    people.ann = new Person(node, login.body.user.id, 'ann', login.body.accessToken);
    for (const [sub, name] of [
      ['cyd', 'Çyd Ünal'],
      ['dee', 'Dee'],
    ] as const) {
      const { id, username, token } = await node.hostUser(sub, { name });
      people[sub] = new Person(node, id, username, token);
    }
  });
  afterAll(() => node.close());

  it.each(KEPT)('G1: keeps every row of %s', async (table) => {
    // Nobody had counted them when the schema was that of migration 6.
    const before = rowsOf(table).map(({ stored_bytes: _storedBytes, ...row }) => row);
    const now = await node.rows<{ row: object }>(sql`SELECT to_jsonb(t) AS row FROM ${sql.identifier(table)} t`);
    const sorted = (rows: object[]) => rows.toSorted((a, b) => placeOf(a).localeCompare(placeOf(b)));
    expect(sorted(now.map(({ row }) => row))).toMatchObject(sorted(before));
  });

  it.each(ANSWERS.map((answer) => [answer.who, answer.path, answer.body]))(
    'G1: answers %s at %s as the release before did',
    async (who, path, body) => {
      const person = people[who] as Person;
      const ids = rowsOf('conversations')
        .map(({ id }) => id)
        .sort();
      const conversations = Object.fromEntries(ids.map((id) => [id, { version: 0, receipts: 0 }]));
      const answer = path === '/sync' ? await person.post(path, { conversations }) : await person.get(path);
      expect(inOrder(answer.body)).toMatchObject(inOrder(body));
    },
  );

  it('G2: knows a repeat of what was sent before', async () => {
    const original = saying('About that');
    const { status, body } = await (people.ann as Person).post(`/conversations/${GROUP}/messages`, {
      content: original.content,
      replyToId: original.reply_to_id,
      clientMessageId: original.client_message_id,
    });
    expect([status, body.id, body.seq]).toEqual([200, original.id, original.seq]);
  });

  it('renews a session, and nobody is online by a node that was killed', async () => {
    const { body } = await node.request
      .post('/api/auth/refresh')
      .set({ cookie: `parley_refresh=${REFRESH_TOKEN}`, origin: node.url })
      .expect(200);
    expect(body.user.username).toBe('ann');
    expect(rowsOf('users').filter(({ status }) => status === 'online')).toHaveLength(1);
    // They have some seconds to come back.
    await eventually('nobody is online', async () => {
      const online = await node.rows(sql`SELECT id FROM users WHERE status = 'online'`);
      return online.length === 0;
    });
  });

  it('G3: goes on with the next numbers, and quotes what is stored without an excerpt', async () => {
    const quoted = saying('0123456789');
    const sent = await (people.ann as Person).say(GROUP, 'and on', { replyToId: quoted.id });
    expect(sent.seq).toBe(Math.max(...messages.map(({ seq }) => seq)) + 1);
    expect(sent.replyTo.excerpt).toBe(quoted.content.slice(0, 140));
    const { reactions } = succeeded(
      await (people.cyd as Person).post(`/messages/${quoted.id}/reactions`, { emoji: '👀' }),
    );
    expect(reactions).toEqual([{ emoji: '👀', count: 1, reactedByMe: true }]);
  });

  it('has nothing that is not as this release leaves it', async () => {
    expect(await violationsOn(node)).toEqual([]);
  });
});
