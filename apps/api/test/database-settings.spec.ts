import { describe, expect, it } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { startNode } from './node.js';
import { aGroup, type Person, succeeded } from './people.js';
import { databaseWith, ENGINE, freshDatabase } from './test-database.js';

/** Each makes answers that mean something else to whoever reads them as they usually are, or ends what is under way. */
const SETTINGS = [
  "datestyle = 'German, DMY'",
  "datestyle = 'SQL, MDY'",
  "timezone = 'Asia/Kathmandu'",
  "intervalstyle = 'sql_standard'",
  "bytea_output = 'escape'",
  'extra_float_digits = -15',
  'standard_conforming_strings = off',
  "search_path = 'elsewhere'",
  "default_transaction_isolation = 'serializable'",
  'default_transaction_deferrable = on',
  'array_nulls = off',
  'transform_null_equals = on',
  'client_encoding = LATIN1',
  'statement_timeout = 1',
  'lock_timeout = 1',
  'idle_session_timeout = 300',
  'idle_in_transaction_session_timeout = 1',
];

describe('a database that was set otherwise', () => {
  it('serves as usual, whatever its defaults for sessions', async () => {
    const database = await freshDatabase();
    const before = await startNode(database.env);
    const [{ name }] = (await before.rows(sql`SELECT current_database() AS name`)) as [{ name: string }];
    for (const setting of SETTINGS) await before.rows(sql.raw(`ALTER DATABASE "${name}" SET ${setting}`));
    await before.close();
    const node = await startNode(database.env);
    try {
      const { id, owner, members } = await aGroup(node);
      const reader = members[0] as Person;
      const sent = await owner.say(id, 'naïve \\ ОЛЬГА');
      expect(Math.abs(Date.parse(sent.createdAt) - Date.now())).toBeLessThan(60_000);
      expect(succeeded(await reader.get(`/messages/${sent.id}`))).toEqual(sent);
      expect(succeeded(await reader.post(`/conversations/${id}/read`, { seq: sent.seq })).lastReadSeq).toBe(sent.seq);
      const { items } = succeeded(await owner.get(`/messages/${sent.id}/receipts`));
      expect(Math.abs(Date.parse(items[0].readAt) - Date.now())).toBeLessThan(60_000);
      await node.register('somebody');
      expect(node.logs.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
    } finally {
      await node.close();
      await database.remove();
    }
  });

  if (ENGINE !== 'postgres') return;

  it.each(["ENCODING 'LATIN1' LOCALE 'C'", "ENCODING 'SQL_ASCII' LOCALE 'C'"])(
    'is refused with a sentence where it would store other text: %s',
    async (options) => {
      const { url, remove } = await databaseWith(options);
      try {
        const sentence = /The database is encoded in (LATIN1|SQL_ASCII), and Parley needs UTF8\./;
        await expect(startNode({ DATABASE_URL: url })).rejects.toThrow(sentence);
      } finally {
        await remove();
      }
    },
  );

  it('parses what comes again and again once in a connection, and learns when a table was changed', async () => {
    const database = await freshDatabase();
    const node = await startNode(database.env);
    const named = (text: string) =>
      node.rows(sql`SELECT generic_plans + custom_plans AS runs FROM pg_prepared_statements WHERE statement = ${text}`);
    try {
      await node.rows(sql`CREATE TABLE changed (one integer)`);
      const ask = () => node.rows(sql.raw('SELECT * FROM changed'));
      for (let times = 0; times < 25; times += 1) await ask();
      expect(await named('SELECT * FROM changed')).toEqual([{ runs: '6' }]);
      expect(await named('CREATE TABLE changed (one integer)')).toEqual([]);
      await node.rows(sql`ALTER TABLE changed ADD COLUMN two integer`);
      await node.rows(sql`INSERT INTO changed VALUES (1, 2)`);
      await expect(ask()).rejects.toMatchObject({ cause: { code: 'service_unavailable' } });
      expect(await ask()).toEqual([{ one: 1, two: 2 }]);
    } finally {
      await node.close();
      await database.remove();
    }
  });
});
