import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UnreadSummary } from '@parley/protocol';
import { hostToken, PostgresCluster, ScriptedClient } from '@parley/testkit';
import { Asker } from './asker.js';
import { type Question, questions } from './calls.js';
import { inconsistencies } from './consistency.js';
import { type LoadedDatabase, openLoaded } from './loaded-database.js';
import { REPORTED, reported } from './moderation-rows.js';
import { nodesOf, PlanLog, scannedBy } from './plan-log.js';
import { findable, postpone } from './search-rows.js';
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
  'message_search',
];

interface Sent {
  id: string;
  seq: number;
  conversationId: string;
  replyToId: string | null;
  content: string;
  clientMessageId: string;
}

describe('with 100,000 messages in 1,000 conversations, all of them of the calling user', () => {
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
    await postpone(loaded.session);
    await findable(loaded.session);
  });

  afterAll(async () => {
    asker.close();
    await loaded.close();
    await cluster.stop();
  });

  /** Which growing tables a call reads from end to end, each with its statement; and how many it reads by an index. */
  async function plansOf(act: () => Promise<unknown>, tables: readonly string[] = GROWING) {
    log.take();
    await act();
    const statements = log.take();
    const scans = statements.flatMap((each) =>
      scannedBy(each, tables).map((table) => `${table}: ${each.text.replaceAll(/\s+/g, ' ')}`),
    );
    const indexes = statements.flatMap(({ plan }) => nodesOf(plan)).flatMap((node) => node['Index Name'] ?? []);
    return { scans, indexes, probes: indexes.length };
  }

  it('the rows that the loader makes agree with each other as the server’s do', async () => {
    expect(await inconsistencies(loaded.session)).toEqual([]);
  });

  it('G2, G6: the server takes the loaded rows for its own', async () => {
    const { rows: unread } = await loaded.session.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM users u
         JOIN conversation_participants p ON p.user_id = u.id AND p.left_at IS NULL
         JOIN messages m ON m.conversation_id = p.conversation_id AND m.seq > p.last_read_seq AND m.type <> 'system'
        WHERE u.external_id = $1`,
      [ASKER],
    );
    const told = (await asker.ask({ method: 'GET', path: '/messages/unread' })).body as UnreadSummary;
    expect(told.total).toBe(unread[0]?.total);
    const { rows: sent } = await loaded.session.query<Sent>(
      `SELECT m.id, m.seq::int, m.conversation_id AS "conversationId", m.reply_to_id AS "replyToId", m.content,
              m.client_message_id AS "clientMessageId"
         FROM messages m JOIN users u ON u.id = m.sender_id
        WHERE u.external_id = $1 AND m.type = 'text' AND m.edited_at IS NULL AND m.deleted_at IS NULL
        ORDER BY m.reply_to_id NULLS LAST, m.id LIMIT 3`,
      [ASKER],
    );
    expect(sent).toHaveLength(3);
    for (const { conversationId, replyToId, content, clientMessageId, id, seq } of sent) {
      const path = `/conversations/${conversationId}/messages`;
      const body = { content, clientMessageId, ...(replyToId && { replyToId }) };
      expect((await asker.ask({ method: 'POST', path, body })).body).toMatchObject({ id, seq, content });
    }
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

  it('S4.29: searches read no table from end to end either, a rare word by the index on tokens', async () => {
    const search = (q: string) => asker.ask({ method: 'GET', path: `/search?q=${encodeURIComponent(q)}` });
    const { scans, probes } = await plansOf(async () => {
      for (const q of ['the', '"graphs look"', 'nowhereatall', 'from:me', 'on:2026-10-01']) await search(q);
    });
    expect(scans).toEqual([]);
    expect(probes).toBeGreaterThan(0);
    log.take();
    await search('nowhereatall');
    const used = log.take().flatMap(({ plan }) => nodesOf(plan).map((node) => node['Index Name']));
    expect(used).toContain('message_search_tokens');
    expect(used).not.toContain('message_search_newest');
  });

  it('what the server then added agrees with the rest', async () => {
    expect(await inconsistencies(loaded.session)).toEqual([]);
  });

  it('reports that are open, bans and the admins of the server are found by indexes of just those', async () => {
    const { groupId, messageId } = await reported(loaded.session);
    const { scans, indexes } = await plansOf(async () => {
      await asker.ask({ method: 'GET', path: `/conversations/${groupId}/reports?isResolved=false` });
      await asker.ask({ method: 'GET', path: '/reports?isResolved=false' });
      await asker.ask({ method: 'GET', path: `/conversations/${groupId}/bans` });
      await asker.ask({ method: 'POST', path: `/messages/${messageId}/reports`, body: { reason: 'spam' } });
    }, REPORTED);
    expect(scans).toEqual([]);
    expect(indexes).toEqual(
      expect.arrayContaining([
        'message_reports_open_conversation',
        'message_reports_open_scope',
        'conversation_bans_latest',
        'users_admins',
      ]),
    );
  });

  it('a missing index would be noticed', async () => {
    await loaded.session.query('DROP INDEX participants_user');
    const unread = asked.find(({ name }) => name === 'unread') as Question;
    const { scans } = await plansOf(() => asker.ask(unread.call(0)));
    // Statements that the node makes by itself may need it as well.
    expect(scans).toContainEqual(expect.stringMatching(/^conversation_participants: /));
  });
});
