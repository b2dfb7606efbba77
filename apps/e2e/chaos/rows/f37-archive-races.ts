import { join } from 'node:path';
import { eventually, Refusal, type RestClient, ROOT } from '@parley/testkit';
import type { Client } from 'pg';
import { openConversations, restOf } from '../../durability/flood.js';
import { asAdmin } from '../database-sessions.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const SOONER = join(ROOT, 'apps/e2e/dist/chaos/preload/sooner.js');
const GROUPS = 40;
const ROUNDS = 8;
/** Within so many milliseconds each of them is written in once more. */
const WITHIN_MS = 600;

interface Talk {
  id: string;
  rest: RestClient;
}

const AGE = `
  WITH told AS (UPDATE messages SET created_at = created_at - interval '31 days' WHERE conversation_id = ANY ($1))
  UPDATE conversations SET created_at = created_at - interval '31 days', updated_at = updated_at - interval '31 days'
   WHERE id = ANY ($1)`;
const STILL_IDLE = `
  SELECT 1 FROM conversations
   WHERE id = ANY ($1) AND NOT is_archived AND updated_at < now() - interval '30 days'`;
const TOO_SOON = `
  SELECT 1 FROM messages s JOIN messages m ON m.conversation_id = s.conversation_id AND m.seq = s.seq - 1
   WHERE s.conversation_id = ANY ($1) AND s.metadata ->> 'reason' = 'idle' AND s.created_at - m.created_at < interval '30 days'`;
/** Of an archived conversation nothing comes after the message that says so, until another one takes it out again. */
const AFTER_ARCHIVED = `
  SELECT 1 FROM (
    SELECT type, lag(metadata ->> 'event') OVER (PARTITION BY conversation_id ORDER BY seq) AS before
      FROM messages WHERE conversation_id = ANY ($1)) m
   WHERE m.type <> 'system' AND m.before = 'archived'`;

/** F37: conversations are archived for being idle at the moment at which somebody writes in them again. */
export const archiveRaces: Row = {
  id: 'F37',
  title: `${GROUPS} idle conversations are archived while somebody writes in them, ${ROUNDS} times`,
  nodes: 2,
  fleet: { env: { ARCHIVE_AFTER_DAYS: '30' }, each: () => ({ nodeArguments: ['--import', SOONER] }) },
  async run(stage) {
    const { url } = stage.fleet.balancer;
    const opened = await openConversations(url, GROUPS, 2);
    const talks = await Promise.all(opened.map(async (one) => ({ id: one.id, rest: await restOf(url, one) })));
    const count = { written: 0, refused: 0 };
    await asAdmin(stage.fleet, async (admin) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const outcomes = await stage.fault('idle', {}, () => raceOnce(stage, admin, talks));
        for (const outcome of outcomes) count[outcome] += 1;
      }
      await judge(stage, admin, talks, count.written);
    });
    stage.figure('messages written in time, and refused', `${count.written} and ${count.refused}`);
    stage.must(count.written > 0 && count.refused > 0, 'Nothing raced.');
  },
};

async function raceOnce(stage: Stage, admin: Client, talks: readonly Talk[]): Promise<('written' | 'refused')[]> {
  const ids = talks.map(({ id }) => id);
  await admin.query(AGE, [ids]);
  const outcomes = await Promise.all(
    talks.map(async ({ id, rest }) => {
      await stage.pass(stage.random.between(0, WITHIN_MS) / 1_000);
      return rest.send(id, { content: 'anybody here?' }).then(
        () => 'written' as const,
        (error: unknown) => {
          if (!(error instanceof Refusal) || error.error.code !== 'conflict') throw error;
          return 'refused' as const;
        },
      );
    }),
  );
  await eventually('none is idle', async () => (await admin.query(STILL_IDLE, [ids])).rowCount === 0);
  for (const [index, { id, rest }] of talks.entries()) {
    const { isArchived } = await rest.conversation(id);
    if (isArchived) await rest.request('PATCH', `/conversations/${id}`, { isArchived: false });
    else if (outcomes[index] === 'refused') stage.must(false, `A message was refused in ${id}, which is not archived.`);
  }
  return outcomes;
}

async function judge(stage: Stage, admin: Client, talks: readonly Talk[], written: number): Promise<void> {
  const rowsOf = async (sql: string) => (await admin.query(sql, [talks.map(({ id }) => id)])).rowCount ?? 0;
  const tooSoon = await rowsOf(TOO_SOON);
  stage.must(tooSoon === 0, `${tooSoon} conversations were archived just after somebody had written in them.`);
  const after = await rowsOf(AFTER_ARCHIVED);
  stage.must(after === 0, `${after} messages were written in archived conversations.`);
  const stored = await rowsOf("SELECT 1 FROM messages WHERE conversation_id = ANY ($1) AND type <> 'system'");
  stage.must(stored === written, `${stored} messages are stored, ${written} were acknowledged.`);
}
