import type { Commands } from '@parley/protocol';
import { hostToken, type ParleyNode, type PostgresCluster, ScriptedClient } from '@parley/testkit';
import type { Client } from 'pg';
import { openLoaded } from './loaded-database.js';
import { PlanLog } from './plan-log.js';

/** What one command costs the database, on average over `TURNS` of them. */
export interface Cost {
  command: string;
  members: number;
  /** Statements run, those inside functions and of constraints too; without those that a node runs once a second. */
  statements: number;
  /** Rows, by table and kind of writing: `messages inserted`. */
  written: Record<string, number>;
  /** Rows that were read from indexes and tables. */
  read: number;
}

/** Milliseconds that a session of Postgres has for its end. */
const ENDS_WITHIN_MS = 60_000;

/** So many of each command: what a node does once a second is far rarer in the same time. */
const TURNS = 30;

/** The same commands in a group of each of these sizes, with two of its members connected. */
export async function measureCosts(cluster: PostgresCluster, sizes: readonly number[]): Promise<Cost[]> {
  const add = async (session: Client) => {
    for (const members of sizes) await session.query(groupOf(members));
    await session.query('ANALYZE');
  };
  // Tables of a few rows would be read whole, and no look-up would show.
  const loaded = await openLoaded(cluster, { messages: 10_000, keepsPlans: true, add });
  try {
    const instruments = { node: loaded.node, session: loaded.session, log: new PlanLog(cluster) };
    const costs: Cost[] = [];
    for (const members of sizes) costs.push(...(await costsIn(instruments, members)));
    return costs;
  } finally {
    await loaded.close();
  }
}

/** A group of so many members, as its creation would have stored it. */
const groupOf = (members: number): string => `
WITH people AS (
  INSERT INTO users (id, external_id, username, display_name, membership_version)
  SELECT gen_random_uuid(), '${memberOf(members, 0).slice(0, -1)}' || i, '${memberOf(members, 0).slice(0, -1)}' || i, 'Member ' || i, 1
    FROM generate_series(0, ${members - 1}) i
  RETURNING id, external_id
), talk AS (
  INSERT INTO conversations (id, type, name, created_by, created_at, updated_at, member_count)
  SELECT gen_random_uuid(), 'group', '${nameOf(members)}', id, date_trunc('milliseconds', now()), date_trunc('milliseconds', now()), ${members}
    FROM people WHERE external_id = '${memberOf(members, 0)}'
  RETURNING *
), counted AS (
  INSERT INTO conversation_receipts (conversation_id) SELECT id FROM talk
), admitted AS (
  INSERT INTO conversation_participants (conversation_id, user_id, role, joined_at, version, user_version)
  SELECT t.id, p.id, CASE WHEN p.id = t.created_by THEN 'owner' ELSE 'member' END, t.created_at, 1, 1
    FROM talk t, people p
)
INSERT INTO conversation_changes (conversation_id, version, kind, actor_id, data)
SELECT id, 1, 'created', created_by, jsonb_build_object('userIds', (SELECT jsonb_agg(id) FROM people)) FROM talk`;

const memberOf = (members: number, i: number): string => `of-${members}-${i}`;
const nameOf = (members: number): string => `${members} people`;

interface Instruments {
  node: ParleyNode;
  session: Client;
  log: PlanLog;
}

async function costsIn(instruments: Instruments, members: number): Promise<Cost[]> {
  const { node, session } = instruments;
  const { rows } = await session.query<{ id: string }>('SELECT id FROM conversations WHERE name = $1', [
    nameOf(members),
  ]);
  const connect = async (i: number) =>
    ScriptedClient.connect(node.url, await hostToken({ externalId: memberOf(members, i) }));
  const [sender, reader] = [await connect(0), await connect(1)];
  const group = new Group((rows[0] as { id: string }).id, sender, reader);
  const costs: Cost[] = [];
  try {
    // The first one of all also fills caches.
    await group.send();
    for (const [command, act] of Object.entries(group.commands)) {
      costs.push({ command, members, ...(await costOf(instruments, act)) });
    }
  } finally {
    sender.close();
    reader.close();
  }
  return costs;
}

/** What is done in a group, each time to the next of its messages. */
class Group {
  readonly commands: Record<string, (turn: number) => Promise<void>> = {
    'message:send': () => this.send(),
    'message:edit': (turn) => this.done('message:edit', { ...this.message(turn), content: `Again, ${turn}.` }),
    'reaction:add': (turn) => this.done('reaction:add', { ...this.message(turn), emoji: '👍' }),
    'message:delete': (turn) => this.done('message:delete', this.message(turn)),
    'message:read': (turn) => this.read(turn),
  };
  private readonly sent: { messageId: string; seq: number }[] = [];

  constructor(
    private readonly conversationId: string,
    private readonly sender: ScriptedClient,
    private readonly reader: ScriptedClient,
  ) {}

  async send(): Promise<void> {
    const { conversationId } = this;
    const ack = await this.sender.command('message:send', { conversationId, content: `Line ${this.sent.length}` });
    if (!ack.success) throw new Error(`message:send: ${ack.error.code}`);
    this.sent.push({ messageId: ack.messageId, seq: ack.seq });
  }

  private async read(turn: number): Promise<void> {
    const { conversationId } = this;
    const seq = (this.sent[turn] as { seq: number }).seq;
    const ack = await this.reader.command('message:read', { conversationId, seq });
    if (!ack.success) throw new Error(`message:read: ${ack.error.code}`);
  }

  private message(turn: number): { messageId: string } {
    return { messageId: (this.sent[turn] as { messageId: string }).messageId };
  }

  private async done<Name extends 'message:edit' | 'reaction:add' | 'message:delete'>(
    name: Name,
    payload: Commands[Name]['payload'],
  ): Promise<void> {
    const ack = await this.sender.command(name, payload);
    if (!ack.success) throw new Error(`${name}: ${ack.error.code}`);
  }
}

/** By table and kind of writing, `messages inserted` and so on; and the rows read of all tables. */
interface Counters {
  written: Record<string, number>;
  read: number;
}

async function costOf(
  instruments: Instruments,
  act: (turn: number) => Promise<void>,
): Promise<Omit<Cost, 'command' | 'members'>> {
  const { log } = instruments;
  const before = await counters(instruments);
  log.take();
  for (let turn = 0; turn < TURNS; turn += 1) await act(turn);
  const statements = Map.groupBy(log.take(), ({ text }) => text);
  const after = await counters(instruments);
  const written = Object.entries(after.written)
    .map(([what, rows]) => [what, Math.round((rows - (before.written[what] ?? 0)) / TURNS)] as const)
    .filter(([, rows]) => rows > 0);
  return {
    statements: [...statements.values()].reduce((sum, times) => sum + Math.floor(times.length / TURNS), 0),
    written: Object.fromEntries(written),
    read: Math.round((after.read - before.read) / TURNS),
  };
}

/**
 * Of all that was done so far. A server process reports it some seconds later, or when it ends: so the node's are
 * ended.
 */
async function counters({ node, session }: Instruments): Promise<Counters> {
  const own = `FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'parley-%'`;
  await session.query(`SELECT pg_terminate_backend(pid, ${ENDS_WITHIN_MS}) ${own} AND state = 'idle'`);
  // The node opens others as it needs them. It has noticed which are gone once it has answered what came after their ends.
  for (let round = 0; round < 2; round += 1) await fetch(`${node.url}/health/live`);
  const { rows } = await session.query<Record<'inserted' | 'updated' | 'deleted' | 'read', string> & { name: string }>(
    `SELECT relname AS name, n_tup_ins AS inserted, n_tup_upd AS updated, n_tup_del AS deleted,
            coalesce(idx_tup_fetch, 0) + seq_tup_read AS read
       FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY relname`,
  );
  const written = rows.flatMap((row) =>
    (['inserted', 'updated', 'deleted'] as const).map((kind) => [`${row.name} ${kind}`, Number(row[kind])] as const),
  );
  return { written: Object.fromEntries(written), read: rows.reduce((sum, { read }) => sum + Number(read), 0) };
}
