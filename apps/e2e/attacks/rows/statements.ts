import { ParleyNode, PostgresCluster } from '@parley/testkit';
import { StatementCounts } from '../../bench/statement-counts.js';
import { Actor } from '../fixture.js';
import type { Row } from '../row.contract.js';
import { send } from '../wire.js';
import { SQL, withSql } from './hygiene.js';

const DATABASE = 'counted';
/** The same words without what makes them SQL, so that as many are looked for. */
const HARMLESS = SQL.map((text) => text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim());

/** The requests of the row about SQL, with these words in it. */
async function playWith(words: readonly string[], url: string, by: Actor, group: string): Promise<void> {
  const headers = { authorization: `Bearer ${by.token}`, 'content-type': 'application/json' };
  for (const word of words) {
    const q = encodeURIComponent(word);
    const asked = [`GET /search?q=${q}`, `GET /conversations/${group}/messages/search?q=${q}`, `GET /users?query=${q}`];
    for (const request of [...asked, ...withSql(q, group)])
      await send(url, { path: `/api${request.replace('GET ', '')}`, headers });
    const posted = [
      [`/api/conversations/${group}/messages`, { content: word }],
      ['/api/auth/login', { username: word, password: word }],
    ] as const;
    for (const [path, body] of posted) await send(url, { method: 'POST', path, headers, body: JSON.stringify(body) });
  }
}

/** Statements that came with the SQL, and with it again: those of timers come at any time, but not twice at once. */
async function shapesOf(counts: StatementCounts, play: (words: readonly string[]) => Promise<void>): Promise<string[]> {
  await play(HARMLESS);
  await play(HARMLESS);
  const known = await counts.shapes();
  await play(SQL);
  await play(SQL);
  return [...(await counts.shapes())].flatMap(([query, calls]) => (known.has(query) || calls < 2 ? [] : [query]));
}

export const statements: Row[] = [
  {
    id: 'A62',
    title: 'SQL in the same places while Postgres counts statements: none but those of the same words without signs',
    needs: 'own node',
    isSlow: true,
    async run(target) {
      const cluster = await PostgresCluster.start();
      try {
        if (!(await StatementCounts.isThere(cluster))) {
          target.must(false, 'Nothing was counted: this Postgres has no pg_stat_statements');
          return;
        }
        const counts = await StatementCounts.start(cluster);
        const url = await cluster.createDatabase(DATABASE);
        const node = await ParleyNode.start({ env: { DATABASE_URL: url, RATE_LIMITS: 'off' } });
        try {
          const writer = await Actor.register(node.url, 'writer');
          const { id } = await writer.createConversation({ type: 'group', name: 'SQL', memberIds: [] });
          const strange = await shapesOf(counts, (words) => playWith(words, node.url, writer, id));
          target.figure('statements', `${(await counts.shapes()).size} shapes`);
          for (const shape of strange) target.must(false, `With SQL comes ${shape.slice(0, 300)}`);
        } finally {
          await node.stop();
          await counts.stop();
        }
      } finally {
        await cluster.stop();
      }
    },
  },
];
