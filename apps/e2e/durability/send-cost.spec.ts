import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ParleyNode } from '../harness/parley-node.js';
import { PostgresCluster } from '../harness/postgres-cluster.js';
import { Flood, openConversations } from './flood.js';

const SENDS = 2000;

interface Reads {
  written: number;
  rows: number;
  scans: number;
}

describe('what a send costs the database', () => {
  const database = `cost_${randomUUID()}`;
  let cluster: PostgresCluster;
  let node: ParleyNode;

  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    node = await ParleyNode.start({
      env: { RATE_LIMITS: 'off', DATABASE_URL: await cluster.createDatabase(database) },
    });
  });

  afterAll(async () => {
    await node.stop();
    await cluster.stop();
  });

  /** Rows of `messages` that anything has read so far, and how often the whole table was read. */
  async function messageReads(): Promise<Reads> {
    const session = await cluster.connect(database);
    const { rows } = await session.query<Reads>(
      `SELECT n_tup_ins::int AS written, (idx_tup_fetch + seq_tup_read)::int AS rows, seq_scan::int AS scans
         FROM pg_stat_user_tables WHERE relname = 'messages'`,
    );
    await session.end();
    return rows[0] ?? { written: 0, rows: 0, scans: 0 };
  }

  it('G6: does not grow with the history of its conversation, not even on tables that nobody has analyzed', async () => {
    const conversations = await openConversations(node.url, 1, 10);
    const flood = await Flood.start(node.url, conversations);
    await flood.until(SENDS);
    await flood.stop();
    flood.close();
    // A server process reports what it did some seconds after it did it, all of it at once.
    let reads = await messageReads();
    while (reads.written < flood.acked.length) {
      await sleep(500);
      reads = await messageReads();
    }
    expect(reads.rows).toBeLessThan(5 * flood.acked.length);
    expect(reads.scans).toBeLessThan(50);
  });
});
