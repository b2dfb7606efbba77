import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ParleyNode, PostgresCluster } from '@parley/testkit';
import type { Client } from 'pg';
import { Flood, type FloodedConversation, openConversations } from './flood.js';

const SENDS = 1000;
/** The fewest are two: its own row is looked for, and a row that it may answer. */
const MOST_ROWS_A_SEND = 5;

describe('what a send costs the database', () => {
  const database = `cost_${randomUUID()}`;
  let cluster: PostgresCluster;
  let node: ParleyNode;
  let session: Client;
  let conversations: FloodedConversation[];

  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    node = await ParleyNode.start({
      env: { RATE_LIMITS: 'off', DATABASE_URL: await cluster.createDatabase(database) },
    });
    session = await cluster.connect(database);
    conversations = await openConversations(node.url, 1, 10);
  });

  afterAll(async () => {
    await session.end();
    await node.stop();
    await cluster.stop();
  });

  /** Rows of `messages` that anything has written and read so far. */
  async function counts(): Promise<{ written: number; read: number }> {
    const { rows } = await session.query<{ written: number; read: number }>(
      `SELECT n_tup_ins::int AS written, (idx_tup_fetch + seq_tup_read)::int AS read
         FROM pg_stat_user_tables WHERE relname = 'messages'`,
    );
    return rows[0] ?? { written: 0, read: 0 };
  }

  /** Sends some more into the one conversation; answers how many rows of `messages` were read for each. */
  async function rowsReadPerSend(): Promise<number> {
    const before = await counts();
    const flood = await Flood.start(node.url, conversations);
    await flood.until(SENDS);
    await flood.stop();
    flood.close();
    // A server process reports what it did some seconds after it did it, all of it at once.
    let after = await counts();
    while (after.written < before.written + flood.acked.length) {
      await sleep(500);
      after = await counts();
    }
    return (after.read - before.read) / flood.acked.length;
  }

  it('G6: does not grow with the history, neither on tables that were never analyzed nor on lopsided ones', async () => {
    // While all of the table fits on a few pages it hardly matters by which index it is read.
    await rowsReadPerSend();
    expect(await rowsReadPerSend()).toBeLessThan(MOST_ROWS_A_SEND);
    // Many conversations of a single message make every index that begins with the conversation look as good.
    await session.query('SET session_replication_role = replica');
    await session.query(
      `INSERT INTO messages
       SELECT (jsonb_populate_record(m, jsonb_build_object('conversation_id', gen_random_uuid(), 'id', gen_random_uuid()))).*
         FROM messages m, generate_series(1, 20000) WHERE m.seq = 1`,
    );
    await session.query('RESET session_replication_role');
    await session.query('ANALYZE messages');
    expect(await rowsReadPerSend()).toBeLessThan(MOST_ROWS_A_SEND);
  });
});
