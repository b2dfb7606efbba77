import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '@parley/protocol';
import { eventually, type Fleet, faultyLines, secretsIn } from '@parley/testkit';
import type { Answer } from './answer.contract.js';
import type { Target } from './target.js';

/** By process. */
export type LogLengths = ReadonlyMap<number, number>;

type LogLine = Record<string, unknown>;

const LIMITED: ErrorCode = 'rate_limited';
/** Of a flood the log has the first refusal of each second, by transport and user. */
const SAMPLED_MS = 1_000;
/** Between a line and its answer, and between the clock of the log and the one by which a second is measured. */
const LATE_MS = 2_000;

export const logLengths = (own: Fleet | null): LogLengths =>
  new Map(own?.runs.map(({ pid, log }) => [pid, log.length]) ?? []);

/** (i), (v) and (vi), of what was logged since. */
export async function logFaults(own: Fleet, target: Target, since: LogLengths): Promise<string[]> {
  const fresh = () => own.runs.map(({ pid, log }) => log.slice(since.get(pid) ?? 0));
  const refused = target.answers.filter(({ error }) => error !== null);
  const denied = refused.filter(({ error }) => error?.code !== LIMITED);
  const limited = refused.filter(({ error }) => error?.code === LIMITED);
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
    ...denied.flatMap((each) => denialFaults(each, linesOf(lines, each))),
    ...(limited.length === 0 ? [] : limitFaults(limited, limitedLines(own.runs.map(({ log }) => log)))),
  ];
}

const jsonLines = (logs: readonly string[]): string[] =>
  logs.flatMap((log) => log.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')));

/** What was logged with a code, by the id of its request. */
function linesById(logs: readonly string[]): Map<unknown, LogLine[]> {
  const coded = jsonLines(logs)
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ code }) => code !== undefined);
  return Map.groupBy(coded, ({ requestId }) => requestId);
}

const linesOf = (lines: Map<unknown, LogLine[]>, { error }: Answer): LogLine[] => lines.get(error?.requestId) ?? [];

function denialFaults(answer: Answer, lines: readonly LogLine[]): string[] {
  const { what, error } = answer;
  const [line] = lines;
  if (lines.length !== 1 || !line) return [`(vi) ${what}: ${lines.length} lines about its refusal ${error?.code}`];
  const is = line.code === error?.code && isAbout(line, answer);
  return is ? [] : [`(vi) ${what}: its refusal is logged as ${JSON.stringify(line)}`];
}

/** Whether the line names this transport, and its user or, where that was not looked at, none. */
const isAbout = (line: LogLine, { transport, by }: Answer): boolean =>
  line.transport === transport && 'userId' in line && (line.userId === null || by === null || line.userId === by.id);

/** Those of all processes, from before the row too: the line of its first refusal may be a second old. */
const limitedLines = (logs: readonly string[]): LogLine[] =>
  jsonLines(logs)
    .filter((line) => line.includes(`"${LIMITED}"`))
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ code, requestId }) => code === LIMITED && typeof requestId === 'string');

/** Each refusal has a line of its own, or stands behind one of the second before it. */
function limitFaults(limited: readonly Answer[], lines: readonly LogLine[]): string[] {
  const times = lines.map((line) => ({ line, at: Date.parse(String(line.time)) }));
  const unlogged = limited.filter(
    (answer) =>
      !times.some(
        ({ line, at }) => isAbout(line, answer) && at >= answer.at - SAMPLED_MS - LATE_MS && at <= answer.at + LATE_MS,
      ),
  );
  const [first] = unlogged;
  return first
    ? [`(vi) ${unlogged.length} refusals, such as ${first.what}, have no line that they are ${LIMITED}`]
    : [];
}
