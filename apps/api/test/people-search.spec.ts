import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UserDetail } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person, succeeded } from './people.js';
import { databaseWith, ENGINE, freshDatabase } from './test-database.js';

interface Place {
  env: Record<string, string>;
  remove(): Promise<void>;
}

const onServer = (options: string) => async (): Promise<Place> => {
  const { url, remove } = await databaseWith(options);
  return { env: { DATABASE_URL: url }, remove };
};

/** What `lower` and ORDER BY do differs in each of them. */
const LOCALES: [string, () => Promise<Place>][] =
  ENGINE === 'postgres'
    ? [
        ['C', onServer("ENCODING 'UTF8' LOCALE 'C'")],
        ['C.UTF-8', onServer("ENCODING 'UTF8' LOCALE 'C.UTF-8'")],
        ['Turkish by ICU', onServer("ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'tr'")],
      ]
    : [['its own', freshDatabase]];

describe.each(LOCALES)('searching people in a database of locale %s', (_, open) => {
  let place: Place;
  let nodes: TestNode[];
  let ann: Person;

  const start = async () => {
    const node = await startNode(place.env);
    nodes.push(node);
    return node;
  };
  const find = async (query: string, who = ann): Promise<UserDetail[]> =>
    succeeded(await who.get(`/users?query=${encodeURIComponent(query)}`)).items;
  const names = async (query: string) => (await find(query)).map(({ displayName }) => displayName);

  beforeEach(async () => {
    place = await open();
    nodes = [];
    ann = await aPerson(await start());
  });
  afterEach(async () => {
    for (const node of nodes) await node.close();
    await place.remove();
  });

  it('finds a name in any case and form, by token, registration and change', async () => {
    const [node] = nodes as [TestNode];
    await node.hostUser('s1', { name: 'ОЛЬГА Петрова' });
    await node.hostUser('s2', { name: 'Straße' });
    await node.request
      .post('/api/auth/register')
      .send({ username: 'ada', password: 'correct horse', displayName: 'ΟΔΥΣΣΕΥΣ' });
    succeeded(await ann.patch('/users/me', { displayName: 'İlker Isik' }));
    for (const query of ['ольга', 'ОЛЬГА П', 'Ольга']) expect(await names(query)).toEqual(['ОЛЬГА Петрова']);
    for (const query of ['strasse', 'STRASSE', 'straß']) expect(await names(query)).toEqual(['Straße']);
    for (const query of ['οδυσσευς', 'οδυσσευσ', 'οδ']) expect(await names(query)).toEqual(['ΟΔΥΣΣΕΥΣ']);
    for (const query of ['ilker', 'ILKER I', 'ilker ı']) expect(await names(query)).toEqual(['İlker Isik']);
    succeeded(await ann.patch('/users/me', { displayName: 'Ørsted' }));
    expect(await names('ØRST')).toEqual(['Ørsted']);
    expect(await names('ilker')).toEqual([]);
  });

  it('orders alike: by the bytes of usernames', async () => {
    // No name that is made at random holds an `x`.
    const usernames = ['xa-b', 'xa.a', 'xa_a', 'xa0', 'xaa', 'xaz', 'xa-a'];
    for (const username of usernames) await nodes[0]?.hostUser(username, { preferred_username: username });
    expect((await find('xa')).map(({ username }) => username)).toEqual(usernames.toSorted());
  });

  it('finds who was there before names were folded, and who was renamed by a node of the version before', async () => {
    const [node] = nodes as [TestNode];
    await node.hostUser('old', { name: 'ЯРОСЛАВ' });
    await node.hostUser('renamed', { name: 'Before', preferred_username: 'someone' });
    await node.rows(sql`UPDATE users SET folded_name = NULL, folded_from = NULL WHERE external_id = 'old'`);
    await node.rows(sql`UPDATE users SET display_name = 'ПОСЛЕ' WHERE external_id = 'renamed'`);
    await node.close();
    nodes = [];
    const again = await aPerson(await start());
    expect((await find('ярос', again)).map(({ displayName }) => displayName)).toEqual(['ЯРОСЛАВ']);
    expect((await find('после', again)).map(({ displayName }) => displayName)).toEqual(['ПОСЛЕ']);
    expect(await find('before', again)).toEqual([]);
  });
});

it('§3: a query of nothing but what cannot be seen is refused', async () => {
  const node = await startNode();
  const who = await aPerson(node);
  for (const query of ['\u200b\u200b', '\ufeff\u2060\u00ad']) {
    expect((await who.get(`/users?query=${encodeURIComponent(query)}`)).status).toBe(400);
  }
  await node.close();
});
