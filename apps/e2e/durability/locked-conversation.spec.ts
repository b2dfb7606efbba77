import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresCluster } from '@parley/testkit';
import { measureLockedConversation } from '../bench/locked-conversation.js';

describe('another session holds the row of one conversation for 5 s', () => {
  let cluster: PostgresCluster;

  beforeAll(async () => {
    cluster = await PostgresCluster.start();
  });

  afterAll(() => cluster.stop());

  it('the others do not notice, and the locked one loses nothing', async () => {
    const { before, during, locked } = await measureLockedConversation({ cluster, seconds: 5 });
    expect(before.count).toBeGreaterThan(900);
    expect(during.count).toBeGreaterThan(900);
    // The benchmark measures how fast. A batch that waited for the lock would take the lock's deadline, 2 s.
    expect(during.p99 ?? Infinity).toBeLessThan(1_500);
    expect(locked.sent).toBeGreaterThan(10);
    expect(locked).toMatchObject({ acked: locked.sent, stored: locked.sent, surplus: 0 });
    expect(Object.keys(locked.refusals).filter((code) => code !== 'service_unavailable')).toEqual([]);
  });
});
