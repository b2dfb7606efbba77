import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SearchPage } from '@parley/protocol';
import { SEARCH_BOUNDS } from '../src/modules/search/message-finder.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, type Group, succeeded } from './people.js';
import { CORPUS } from './search-corpus.js';
import { databaseWith, ENGINE } from './test-database.js';

/** What Postgres cuts and folds by elsewhere. ICU stands for systems that lack the locale itself. */
const LOCALES =
  ENGINE === 'embedded'
    ? ['as it is embedded']
    : ["LOCALE 'C'", "LOCALE 'C.UTF-8'", "LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"];

describe.each(LOCALES)('searching a database: %s', (locale) => {
  let node: TestNode;
  let group: Group;
  let remove: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    // A page is shorter where finding it takes longer, which it does on a busy machine.
    Object.assign(SEARCH_BOUNDS, { ms: 10_000, comparingMs: 10_000 });
    const database = ENGINE === 'embedded' ? null : await databaseWith(`ENCODING 'UTF8' ${locale}`);
    node = await startNode(database ? { DATABASE_URL: database.url } : {});
    if (database) remove = database.remove;
    group = await aGroup(node);
    for (const { text } of CORPUS) await group.owner.say(group.id, text);
  });
  afterAll(async () => {
    await node.close();
    await remove();
  });

  it.each(CORPUS.map((row) => [row.about, row] as const))('S4.24 S4.29: %s', async (_, { text, q, found }) => {
    const path = `/search?limit=100&q=${encodeURIComponent(q)}`;
    const { items } = succeeded(await group.owner.get(path)) as SearchPage;
    expect(items.some(({ message }) => message.content === text)).toBe(found);
  });
});
