import { type Fleet, ScriptedClient } from '@parley/testkit';
import { type LogLengths, logFaults, logLengths } from './log-conditions.js';
import type { Row } from './row.contract.js';
import type { Target } from './target.js';

/** How it was before a row: what may not have changed behind it. */
export interface Before {
  pids: string;
  rows: Map<string, string>;
  /** Length of the log of each process. */
  logs: LogLengths;
}

/** How soon a message of another node has to arrive. */
const PROBE_MS = 1_000;

/** What nodes write by themselves: who is connected, and which nodes live. */
const OWN_TABLES = ['nodes', 'node_users', 'refresh_sessions'];
const OWN_COLUMNS = ['status', 'is_away', 'last_seen_at', 'presence_at', 'updated_at'];

export async function before(target: Target): Promise<Before> {
  const { own } = target;
  return { pids: pidsOf(own), rows: await rowsOf(own), logs: logLengths(own) };
}

/** What does not hold after a row, in sentences; of a foreign deployment only what can be seen from outside. */
export async function faultsAfter(row: Row, target: Target, was: Before, probeMs = PROBE_MS): Promise<string[]> {
  const faults = [...answersOf(target, row)];
  const { own } = target;
  if (own) {
    faults.push(...(await changedRows(own, row, was)), ...(await storedRefusals(own, target)));
    faults.push(...(await logFaults(own, target, was.logs)));
  }
  faults.push(...(await probe(target, probeMs)));
  if (own && !row.isRestarting && pidsOf(own) !== was.pids)
    faults.push(`(i) processes changed: ${was.pids} became ${pidsOf(own)}`);
  return faults;
}

const pidsOf = (own: Fleet | null): string => own?.nodes.map(({ pid }) => pid).join(' ') ?? '';

/** A sum over the rows of each table, the same whatever their order. */
async function rowsOf(own: Fleet | null): Promise<Map<string, string>> {
  if (!own) return new Map();
  const session = await own.postgres.connect('parley');
  try {
    const { rows: tables } = await session.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL ($1)",
      [OWN_TABLES],
    );
    const sums = new Map<string, string>();
    for (const { name } of tables) {
      const sum = `SELECT count(*) || ' ' || coalesce(sum(hashtextextended((to_jsonb(t) - $1::text[])::text, 0)), 0) AS sum FROM "${name}" t`;
      const { rows } = await session.query<{ sum: string }>(sum, [OWN_COLUMNS]);
      sums.set(name, rows[0]?.sum ?? '');
    }
    return sums;
  } finally {
    await session.end();
  }
}

async function changedRows(own: Fleet, { changes = [] }: Row, was: Before): Promise<string[]> {
  const now = await rowsOf(own);
  const changed = [...now].filter(([name, sum]) => was.rows.get(name) !== sum && !changes.includes(name));
  return changed.map(([name, sum]) => `(ii) rows of ${name} changed: "${was.rows.get(name)}" became "${sum}"`);
}

/** What may be stored although it was refused: nobody knows, or something else is under its id. */
const MAY_BE_STORED = new Set(['service_unavailable', 'draining', 'internal', 'idempotency_conflict']);

/** (ii) also where a row sends: what was refused, and not taken later under the same id, is not there. */
async function storedRefusals(own: Fleet, { answers }: Target): Promise<string[]> {
  const taken = answers.flatMap(({ error, text }) => (error ? [] : text)).join('\n');
  const refused = answers.flatMap(({ error, by }) => {
    const id = error?.clientMessageId;
    return id === undefined || by === null || MAY_BE_STORED.has(error?.code ?? '') || taken.includes(id)
      ? []
      : [{ id, by }];
  });
  if (refused.length === 0) return [];
  const session = await own.postgres.connect('parley');
  try {
    const { rows } = await session.query<{ id: string }>(
      `SELECT m.client_message_id AS id FROM messages m
        JOIN unnest($1::uuid[], $2::uuid[]) AS r (sender_id, id) ON m.sender_id = r.sender_id AND m.client_message_id = r.id`,
      [refused.map(({ by }) => by.id), refused.map(({ id }) => id)],
    );
    return rows.map(({ id }) => `(ii) the message ${id} was refused and is stored`);
  } finally {
    await session.end();
  }
}

/** (iii) Bob receives alice's message, through another node where there are several. */
async function probe({ fixture: { alice, bob, direct }, urls }: Target, withinMs: number): Promise<string[]> {
  const client = await ScriptedClient.connect(urls[1 % urls.length] as string, bob.token);
  try {
    const began = performance.now();
    const { id } = await alice.send(direct, { content: 'a probe' });
    const { at } = await client.waitFor('message:new', ({ message }) => message.id === id);
    const ms = at - began;
    return ms <= withinMs ? [] : [`(iii) a probe took ${ms.toFixed(0)} ms`];
  } finally {
    client.close();
  }
}

const STACK = /\bat (?:\S+ \()?(?:file:|node:|\/)\S*:\d+:\d+/;
const SQL = /\b(?:select|insert into|delete from)\b[^"]+\b(?:from|values|where)\b|failed query/i;

/** (iv) and (v), of what was answered. */
function answersOf({ answers, fixture }: Target, row: Row): string[] {
  const { alice, bob, admin, secret } = fixture;
  const members = [alice, bob, admin];
  const credentials = [...members, fixture.mallory, fixture.ex].flatMap(({ token, password, cookie }) => [
    token,
    password,
    cookie,
  ]);
  const faults: string[] = [];
  for (const { what, by, status, text, error } of answers) {
    const isRight = row.isDatabaseAway === true && error?.code === 'service_unavailable';
    if (status >= 500 && !isRight) faults.push(`(iv) ${what}: ${status} ${text.slice(0, 200)}`);
    if (status >= 400 && (STACK.test(text) || SQL.test(text))) faults.push(`(v) ${what}: ${text.slice(0, 300)}`);
    if (credentials.some((each) => each !== '' && text.includes(each)) && !what.includes(' /api/auth/'))
      faults.push(`(v) ${what} answers with a token or a password`);
    if (!(by && members.includes(by)) && text.includes(secret))
      faults.push(`(v) ${what} tells what only members may see`);
  }
  return faults;
}
