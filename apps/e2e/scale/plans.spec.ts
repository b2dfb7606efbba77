import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresCluster } from '../harness/postgres-cluster.js';
import { ScriptedClient } from '../harness/scripted-client.js';
import { hostToken } from '../harness/tokens.js';
import { Asker } from './asker.js';
import { type Question, questions } from './calls.js';
import { inconsistencies } from './consistency.js';
import { type LoadedDatabase, openLoaded } from './loaded-database.js';
import { nodesOf, PlanLog, scannedBy } from './plan-log.js';
import { ASKER } from './size.js';

/** Those that grow with what people do. */
const GROWING = [
  'messages',
  'message_reactions',
  'message_edit_history',
  'conversations',
  'conversation_changes',
  'conversation_participants',
  'conversation_receipts',
  'mentions',
  'read_ranges',
];

describe('with 100,000 messages in 1,000 conversations, all of them of the one who asks', () => {
  let cluster: PostgresCluster;
  let loaded: LoadedDatabase;
  let log: PlanLog;
  let asker: Asker;
  let asked: Question[];

  beforeAll(async () => {
    cluster = await PostgresCluster.start();
    loaded = await openLoaded(cluster, { messages: 100_000, keepsPlans: true });
    log = new PlanLog(cluster);
    asker = await Asker.of(loaded.node.url, ASKER);
    asked = await questions(loaded.session, asker);
  }, 180_000);

  afterAll(async () => {
    asker.close();
    await loaded.close();
    await cluster.stop();
  });

  /** Which growing tables a call reads from end to end, each with its statement; and how many it reads by an index. */
  async function plansOf(act: () => Promise<unknown>): Promise<{ scans: string[]; probes: number }> {
    log.take();
    await act();
    const statements = log.take();
    const scans = statements.flatMap((each) =>
      scannedBy(each, GROWING).map((table) => `${table}: ${each.text.replaceAll(/\s+/g, ' ')}`),
    );
    const probes = statements.flatMap(({ plan }) => nodesOf(plan)).filter((plan) => 'Index Name' in plan).length;
    return { scans, probes };
  }

  it('the rows that the loader makes agree with each other as the server’s do', async () => {
    expect(await inconsistencies(loaded.session)).toEqual([]);
  });

  it('G4, G6: pages, lists, unread counts, sync, receipts, reactions and edits read no table from end to end', async () => {
    const found: Record<string, string[]> = {};
    for (const { name, call } of asked) {
      const { scans, probes } = await plansOf(async () => {
        for (let turn = 0; turn < 3; turn += 1) await asker.ask(call(turn));
      });
      found[name] = [...new Set(scans)];
      expect(probes).toBeGreaterThan(0);
    }
    expect(found).toEqual(Object.fromEntries(asked.map(({ name }) => [name, []])));
  });

  it('connecting to all of them, sending, changing and reading do not either', async () => {
    const { scans, probes } = await plansOf(async () => {
      const client = await ScriptedClient.connect(loaded.node.url, await hostToken({ externalId: ASKER }));
      const [conversation] = (
        await loaded.session.query<{ id: string }>(
          "SELECT id FROM conversations WHERE type = 'group' AND NOT is_archived ORDER BY last_seq DESC LIMIT 1",
        )
      ).rows as [{ id: string }];
      const sent = await client.command('message:send', { conversationId: conversation.id, content: 'One more.' });
      if (!sent.success) throw new Error(sent.error.code);
      const { messageId, seq } = sent;
      const acks = [
        await client.command('message:edit', { messageId, content: 'One more, @person-0002.' }),
        await client.command('reaction:add', { messageId, emoji: '👍' }),
        await client.command('reaction:remove', { messageId, emoji: '👍' }),
        await client.command('message:delete', { messageId }),
        await client.command('message:read', { conversationId: conversation.id, seq }),
      ];
      expect(acks.map(({ success }) => success)).toEqual(acks.map(() => true));
      client.close();
    });
    expect(scans).toEqual([]);
    expect(probes).toBeGreaterThan(0);
  });

  it('what the server then added agrees with the rest', async () => {
    expect(await inconsistencies(loaded.session)).toEqual([]);
  });

  it('a missing index would be noticed', async () => {
    await loaded.session.query('DROP INDEX participants_user');
    const unread = asked.find(({ name }) => name === 'unread') as Question;
    const { scans } = await plansOf(() => asker.ask(unread.call(0)));
    expect(scans).toEqual([expect.stringMatching(/^conversation_participants: /)]);
  });
});
