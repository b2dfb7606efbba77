import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SyncBody } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import type { Db } from '../src/database/database.js';
import { manyGroups, manyUsers, sayMany } from './masses.js';
import { startNode, type TestNode } from './node.js';
import { type Person, people, succeeded, times } from './people.js';
import { syncing } from './sync-reader.js';

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

interface Statement {
  sql: string;
  params: unknown[];
  plan: string;
}

/** The statements that a sync runs in its snapshot, each with the plan that the database has for it then. */
async function statementsOf(person: Person, question: SyncBody): Promise<Statement[]> {
  const { main } = node.node.databases;
  const transaction = main.transaction.bind(main);
  const statements: Statement[] = [];
  main.transaction = (work, options) =>
    // The node works off what is to be made findable meanwhile.
    options?.isolation !== 'repeatable read'
      ? transaction(work, options)
      : transaction(async (tx) => {
          const { prepared } = recording(tx);
          const result = await work(tx);
          for (const { text, params } of [...prepared]) {
            const plan = await explained(tx, text, params);
            statements.push({ sql: text, params, plan });
          }
          return result;
        }, options);
  try {
    await syncing(person, question);
  } finally {
    main.transaction = transaction;
  }
  return statements;
}

/** Every statement of a handle, raw or built, is prepared by its session. */
function recording(tx: Db) {
  const { session } = tx as unknown as { session: { prepareQuery(query: Query, ...rest: unknown[]): unknown } };
  const prepare = session.prepareQuery.bind(session);
  const prepared: { text: string; params: unknown[] }[] = [];
  session.prepareQuery = (query, ...rest) => {
    if (!query.sql.startsWith('EXPLAIN')) prepared.push({ text: query.sql, params: query.params });
    return prepare(query, ...rest);
  };
  return { prepared };
}

interface Query {
  sql: string;
  params: unknown[];
}

async function explained(tx: Db, text: string, params: unknown[]): Promise<string> {
  const parts = text.split(/\$\d+/);
  const order = [...text.matchAll(/\$(\d+)/g)].map(([, number]) => params[Number(number) - 1]);
  const query = parts
    .slice(1)
    .reduce((whole, part, i) => sql`${whole}${sql.param(order[i])}${sql.raw(part)}`, sql.raw(`EXPLAIN ${parts[0]}`));
  const { rows } = (await tx.execute(query)) as unknown as { rows: { 'QUERY PLAN': string }[] };
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('what a sync costs the database', () => {
  let ann: Person;
  let ids: string[];
  let busy: string;

  /** A thousand conversations, one of them with most of the messages, and large tables around them. */
  beforeAll(async () => {
    const [other, ...both] = (await people(node, 3)) as [Person, Person, Person];
    [ann] = both as [Person, Person];
    ids = await manyGroups(node, [ann, other], 1_000);
    busy = ids[0] as string;
    await sayMany(node, { id: busy, senderId: ann.id, count: 20_000 });
    for (const id of ids.slice(1, 40)) await sayMany(node, { id, senderId: ann.id, count: 30 });
    const strangers = await manyUsers(node, 3_000);
    await node.rows(sql`
      INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at, version, user_version, receipts_version)
      SELECT c::uuid, u::uuid, 'member', now(), 1, 1, 0
        FROM unnest(${sql.param(ids.slice(500, 520))}::uuid[]) AS c, unnest(${sql.param(strangers)}::uuid[]) AS u`);
    await node.rows(sql`
      INSERT INTO mentions (user_id, conversation_id, seq)
      SELECT ${ann.id}::uuid, c::uuid, i FROM unnest(${sql.param(ids)}::uuid[]) AS c, generate_series(1, 20) AS i`);
    await node.rows(sql`ANALYZE`);
  });

  const position = { version: 1, receipts: 0 };
  const asking = (of: readonly string[], more: Partial<SyncBody> = {}): SyncBody => ({
    conversations: Object.fromEntries(of.map((id) => [id, position])),
    cursor: 990,
    ...more,
  });

  it('G4: is as many statements for a thousand conversations as for one', async () => {
    succeeded(await ann.post(`/conversations/${ids[1]}/read`, { seq: 30 }));
    const fromTheStart = (some: readonly string[]) =>
      Object.fromEntries(some.map((id) => [id, { version: 0, receipts: 0 }]));
    const counts: number[] = [];
    for (const some of [ids.slice(1, 2), ids.slice(1, 10), ids.slice(1)]) {
      counts.push((await statementsOf(ann, asking([], { conversations: fromTheStart(some) }))).length);
    }
    expect(counts).toEqual(times(3, counts[0]));
    expect(counts[0]).toBeLessThanOrEqual(12);
  });

  it('G4: is two statements where nothing changed, and their cost is that of looking at each conversation once', async () => {
    const heads = await node.rows<{ id: string; version: number }>(
      sql`SELECT id, version::float8 AS version FROM conversations WHERE id = ANY (${sql.param(ids)}::uuid[])`,
    );
    const conversations = Object.fromEntries(heads.map(({ id, version }) => [id, { version, receipts: 0 }]));
    const unchanged = await statementsOf(ann, { conversations, cursor: 1_000 });
    expect(unchanged).toHaveLength(2);
  });

  it.each<[string, () => SyncBody]>([
    ['of the difference', () => asking(ids.slice(1))],
    ['of a newest state', () => asking(ids, { epoch: 'another' })],
    [
      'of one conversation with most of the messages',
      () => asking([busy], { conversations: { [busy]: { version: 19_000, receipts: 0 } } }),
    ],
    [
      'of conversations with thousands of members',
      () =>
        asking(ids.slice(490, 530), {
          conversations: Object.fromEntries(ids.slice(490, 530).map((id) => [id, { version: 0, receipts: 0 }])),
        }),
    ],
    ['of all memberships', () => ({ conversations: {} })],
  ])('G4: reads messages and members by index alone, in a question %s', async (_, question) => {
    const statements = await statementsOf(ann, question());
    expect(statements.length).toBeGreaterThan(1);
    for (const { plan, sql: text } of statements) {
      const scans = plan
        .split('\n')
        .filter((line) => /Seq Scan on (messages|conversation_participants|users|mentions)/.test(line));
      expect({ text, scans }).toEqual({ text, scans: [] });
    }
  });
});
