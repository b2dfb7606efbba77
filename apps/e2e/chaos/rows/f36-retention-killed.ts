import { join } from 'node:path';
import { eventually, ROOT } from '@parley/testkit';
import type { Client } from 'pg';
import { openConversations, restOf } from '../../durability/flood.js';
import { asAdmin } from '../database-sessions.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const SOONER = join(ROOT, 'apps/e2e/dist/chaos/preload/sooner.js');
const TIMES = 4;
/** Conversations of each time; in the middle one the step is made to wait. */
const GROUPS = 5;
const SAID = 5;

/** Of each conversation: `gone` where all is as after one step, `there` where none was made. */
const STATES = `
  SELECT c.id, CASE
      WHEN c.first_seq = ${SAID + 1} AND c.version = ${SAID + 2} AND c.expired_countable = ${SAID} AND m.count = 0
       AND e.count = ${SAID} THEN 'gone'
      WHEN c.first_seq = 1 AND c.version = ${SAID + 1} AND m.count = ${SAID} AND e.count = 0 THEN 'there'
      ELSE 'half removed' END AS state
    FROM conversations c,
         LATERAL (SELECT count(*) FROM messages x WHERE x.conversation_id = c.id) m,
         LATERAL (SELECT count(*) FROM expired_messages x WHERE x.conversation_id = c.id) e
   WHERE c.id = ANY ($1) ORDER BY c.id`;

/** F36: the nodes that let old messages expire are killed while a step of it is under way. */
export const retentionKilled: Row = {
  id: 'F36',
  title: `kill -9 of the nodes that remove old messages, ${TIMES} times in the middle of a step`,
  nodes: 3,
  fleet: {
    env: { RETENTION_DAYS: '90' },
    // The third one goes on serving.
    each: (place) => (place < 2 ? { nodeArguments: ['--import', SOONER] } : {}),
  },
  check: { recovery: 6 },
  async run(stage) {
    const [, , url = ''] = stage.fleet.urls;
    const conversations = await openConversations(url, TIMES * GROUPS, 2);
    for (const conversation of conversations) {
      const rest = await restOf(url, conversation);
      for (let n = 0; n < SAID; n += 1) await rest.send(conversation.id, { content: `of long ago ${n}` });
    }
    const ids = conversations.map(({ id }) => id).toSorted();
    await asAdmin(stage.fleet, async (admin) => {
      for (let time = 0; time < TIMES; time += 1) {
        await killWithin(stage, admin, ids.slice(time * GROUPS, (time + 1) * GROUPS));
        await stage.pass(2);
      }
    });
  },
};

async function killWithin(stage: Stage, admin: Client, ids: string[]): Promise<void> {
  const working = stage.fleet.nodes.slice(0, 2);
  const pids = working.flatMap(({ pid }) => pid ?? []);
  const middle = ids[Math.floor(GROUPS / 2)];
  await stage.fault('the nodes that remove old messages are killed', { pids }, async () => {
    await asAdmin(stage.fleet, async (holder) => {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM messages WHERE conversation_id = $1 FOR KEY SHARE', [middle]);
      await admin.query(
        "UPDATE messages SET created_at = created_at - interval '100 days' WHERE conversation_id = ANY ($1)",
        [ids],
      );
      await eventually('a step is under way', () => isWaitedFor(admin));
      await Promise.all(working.map((node) => node.kill()));
      await judge(stage, admin, ids);
    });
    await Promise.all(working.map((node) => node.start()));
  });
  await eventually('the rest is removed', async () =>
    (await judge(stage, admin, ids)).every((state) => state === 'gone'),
  );
}

async function isWaitedFor(admin: Client): Promise<boolean> {
  const { rowCount } = await admin.query(
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%DELETE FROM messages%'",
  );
  return rowCount === 1;
}

async function judge(stage: Stage, admin: Client, ids: string[]): Promise<string[]> {
  const { rows } = await admin.query<{ id: string; state: string }>(STATES, [ids]);
  for (const { id, state } of rows)
    stage.must(state !== 'half removed', `The oldest messages of ${id} are half removed.`);
  return rows.map(({ state }) => state);
}
