import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type Fleet, faultyLines, ScriptedClient, secretsIn } from '@parley/testkit';
import type { Row } from './row.contract.js';
import type { Answer } from './answer.contract.js';
import type { Target } from './target.js';

/** How it was before a row: what may not have changed behind it. */
export interface Before {
  pids: string;
  rows: Map<string, string>;
  /** Length of each node's log. */
  logs: number[];
}

/** How soon a message of another node has to arrive. */
const PROBE_MS = 1_000;

/** What nodes write by themselves: who is connected, and which nodes live. */
const OWN_TABLES = ['nodes', 'node_users', 'refresh_sessions'];
const OWN_COLUMNS = ['status', 'is_away', 'last_seen_at', 'presence_at', 'updated_at'];

export async function before(target: Target): Promise<Before> {
  const { own } = target;
  return { pids: pidsOf(own), rows: await rowsOf(own), logs: own ? logsOf(own).map(({ length }) => length) : [] };
}

/** What does not hold after a row, in sentences; of a foreign deployment only what can be seen from outside. */
export async function faultsAfter(row: Row, target: Target, was: Before, probeMs = PROBE_MS): Promise<string[]> {
  const faults = [...answersOf(target, row)];
  const { own } = target;
  if (own) faults.push(...(await changedRows(own, row, was)), ...(await logFaults(own, target, was)));
  faults.push(...(await probe(target, probeMs)));
  if (own && !row.isRestarting && pidsOf(own) !== was.pids)
    faults.push(`(i) processes changed: ${was.pids} became ${pidsOf(own)}`);
  return faults;
}

const pidsOf = (own: Fleet | null): string => own?.nodes.map(({ pid }) => pid).join(' ') ?? '';
const logsOf = (own: Fleet): string[] => own.nodes.map(({ node }) => node.log());

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

/** (i), (v) and (vi), of what was logged since. */
async function logFaults(own: Fleet, target: Target, was: Before): Promise<string[]> {
  const fresh = () => logsOf(own).map((log, node) => log.slice(was.logs[node]));
  const refused = target.answers.filter(({ error }) => error !== null);
  // Of a flood only some lines are written, with the number of the others.
  const denied = refused.filter(({ error }) => error?.code !== 'rate_limited');
  const isUnlogged = denied.length < refused.length && !logsOf(own).some((log) => log.includes('"rate_limited"'));
  // A node writes its line before it answers; another process reads it a moment later.
  await eventually(
    'every denial is logged',
    () => {
      const lines = linesById(fresh());
      return denied.every((each) => linesOf(lines, each).length > 0);
    },
    2_000,
  ).catch(() => sleep(0));
  const logs = fresh();
  const lines = linesById(logs);
  const { secret, ...actors } = target.fixture;
  const people = [actors.alice, actors.bob, actors.mallory, actors.ex, actors.admin];
  const hidden = [secret, ...people.flatMap(({ token, password, cookie }) => [token, password, cookie])];
  return [
    ...logs.flatMap(faultyLines).map((line) => `(i) logged: ${line.slice(0, 300)}`),
    ...secretsIn(logs.join('\n'), hidden).map((line) => `(v) logged: ${line.slice(0, 300)}`),
    ...(isUnlogged ? ['(vi) no line tells of what was rate_limited'] : []),
    ...denied.flatMap((each) => denialFaults(each, linesOf(lines, each))),
  ];
}

type LogLine = Record<string, unknown>;

/** What was logged with a code, by the id of its request. */
function linesById(logs: readonly string[]): Map<unknown, LogLine[]> {
  const lines = logs.flatMap((log) => log.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')));
  const coded = lines.map((line) => JSON.parse(line) as LogLine).filter(({ code }) => code !== undefined);
  return Map.groupBy(coded, ({ requestId }) => requestId);
}

const linesOf = (lines: Map<unknown, LogLine[]>, { error }: Answer): LogLine[] => lines.get(error?.requestId) ?? [];

function denialFaults({ what, error, by }: Answer, lines: readonly LogLine[]): string[] {
  const [line] = lines;
  if (lines.length !== 1 || !line) return [`(vi) ${what}: ${lines.length} lines about its refusal ${error?.code}`];
  const is = line.code === error?.code && typeof line.transport === 'string' && 'userId' in line;
  const isTheirs = line.userId === null || by === null || line.userId === by.id;
  return is && isTheirs ? [] : [`(vi) ${what}: its refusal is logged as ${JSON.stringify(line)}`];
}
