import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../src/database/database.js';
import { rowsOf } from '../src/database/rows-of.js';
import { MessageTextRepository, type PreparedMessage } from '../src/modules/conversation-log/index.js';
import { sayMany } from './masses.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, times } from './people.js';
import { prepared } from './prepared-message.js';
import { ENGINE } from './test-database.js';

/** The embedded database takes long to make rows, and a plan that reads them all is as plain with fewer. */
const ROUNDS = ENGINE === 'embedded' ? 1 : 10;
const MESSAGES = 10_000;

let node: TestNode;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

/** Rows of `messages` that this session has read so far. */
async function rowsRead(tx: Db): Promise<number> {
  const [row] = await rowsOf<{ read: number }>(
    tx,
    sql`SELECT (coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0))::float8 AS read
          FROM pg_stat_xact_user_tables WHERE relname = 'messages'`,
  );
  return row?.read ?? 0;
}

/** Writes batches in the session of a transaction; each answers what became of it and how many rows of `messages` it read. */
function writerIn(tx: Db) {
  const repository: MessageTextRepository = Object.create(node.node.app.get(MessageTextRepository));
  Object.assign(repository, { writer: { db: tx } });
  return async (batch: readonly PreparedMessage[]) => {
    const before = await rowsRead(tx);
    const outcomes = await repository.writeBatch(batch, 'not');
    return { kinds: outcomes.map(({ kind }) => kind), read: (await rowsRead(tx)) - before };
  };
}

describe('what a batch costs the database', () => {
  it('G6: a session that wrote its first message into an empty table reads no more rows for one after tens of thousands', async () => {
    const { id, owner } = await aGroup(node);
    const message = (content: string) => prepared(id, owner, content);
    await node.node.databases.writer.transaction(async (tx) => {
      const written = writerIn(tx);
      const first = message('The first one');
      expect(await written([first])).toEqual({ kinds: ['new'], read: 0 });
      const rows = <T>(query: SQL) => rowsOf<T & Record<string, unknown>>(tx, query);
      for (const count of times(ROUNDS, MESSAGES)) await sayMany({ rows }, { id, senderId: owner.id, count });
      expect(await written([message('One more')])).toEqual({ kinds: ['new'], read: 0 });
      expect(await written([first])).toEqual({ kinds: ['duplicate'], read: 1 });
      expect(await written(times(50, null).map((_, i) => message(`${i}`)))).toEqual({
        kinds: times(50, 'new'),
        read: 0,
      });
    });
  });
});
