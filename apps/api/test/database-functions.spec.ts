import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { startNode, type TestNode } from './node.js';
import { aGroup, type Group } from './people.js';

const FOLDER = join(import.meta.dirname, '../src/database/functions');

let node: TestNode;
let group: Group;
beforeAll(async () => {
  node = await startNode();
  group = await aGroup(node);
});
afterAll(() => node.close());

/** Name and definition of each function, the text of its file having been run over those of the migrations if asked. */
async function definitions(files: readonly string[] = []): Promise<string[]> {
  let found: string[] = [];
  const undone = node.node.databases.main.transaction(async (tx) => {
    for (const file of files) await tx.execute(sql.raw(readFileSync(join(FOLDER, file), 'utf8')));
    const { rows } = (await tx.execute(
      sql`SELECT pg_get_functiondef(oid) AS definition FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY proname`,
    )) as unknown as { rows: { definition: string }[] };
    found = rows.map(({ definition }) => definition);
    throw new Error('undone');
  });
  await undone.catch(({ message }: Error) => expect(message).toBe('undone'));
  return found;
}

describe('the functions of the database', () => {
  it('are after all migrations what their files say, and there are no others', async () => {
    const files = readdirSync(FOLDER);
    const migrated = await definitions();
    expect(migrated).toHaveLength(files.length);
    expect(await definitions(files)).toEqual(migrated);
  });
});

describe('what is derived from a text', () => {
  const long = `${'ä'.repeat(140)} and more`;
  const derivedOf = async (id: string) =>
    (
      await node.rows<{ excerpt: string | null; bytes: number | null }>(
        sql`SELECT excerpt, stored_bytes AS bytes FROM messages WHERE id = ${id}`,
      )
    )[0];

  it('§4: is stored with a send, an edit and a deletion', async () => {
    const { id } = await group.owner.say(group.id, long, { metadata: { a: 1 } });
    expect(await derivedOf(id)).toEqual({ excerpt: 'ä'.repeat(140), bytes: 289 + 7 });
    await group.owner.patch(`/messages/${id}`, { content: 'short' });
    expect(await derivedOf(id)).toEqual({ excerpt: null, bytes: 5 + 7 });
    await group.owner.delete(`/messages/${id}`);
    expect(await derivedOf(id)).toEqual({ excerpt: null, bytes: 2 });
  });

  it('§4: is forgotten where a node of the release before changes the text alone, and what quotes it shows the new one', async () => {
    const { id } = await group.owner.say(group.id, long);
    const reply = await group.owner.say(group.id, 'so', { replyToId: id });
    await node.rows(sql`UPDATE messages SET content = ${`now ${long}`} WHERE id = ${id}`);
    expect(await derivedOf(id)).toEqual({ excerpt: null, bytes: null });
    const { body } = await group.owner.get(`/messages/${reply.id}`);
    expect(body.replyTo.excerpt).toBe(`now ${'ä'.repeat(136)}`);
  });
});
