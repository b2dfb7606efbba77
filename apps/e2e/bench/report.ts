import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@parley/testkit';
import type { CrowdComparison } from './crowd-load.js';
import { describeCrowds } from './crowd-report.js';
import { microseconds, percent, time, verdict, whole } from './figures-text.js';
import type { FileFigures } from './file-load.js';
import { describeFiles } from './file-report.js';
import type { FsyncFigures } from './fsync-probe.js';
import type { IdleComparison } from './idle-sockets.js';
import type { LockedConversationFigures } from './locked-conversation.js';
import type { PresenceFigures } from './presence-load.js';
import { type Figures, medians, PHASES, type Phase, type Run } from './runs.js';
import { SUBJECTS, type SubjectLetter } from './subjects.js';
import type { TransportComparison } from './transport-comparison.js';
import { describeTransports } from './transport-report.js';

/** What the project promises, against bare Socket.IO at saturation, and at the fixed rate. */
const TARGETS = { deliveries: 1.5, cpu: 0.65, p99Milliseconds: 15, p99Fsyncs: 3 };
/** What the second node may cost, in processor time of one, and how late it may be. */
const PAIR_TARGETS = { cpu: 1.3, crossP99Milliseconds: 100 };

/** What a silent connection may hold, against bare Socket.IO's. */
const IDLE_TARGET = 1.15;

export interface Results {
  at: string;
  machine: { cores: number; model: string; memoryGigabytes: number; node: string };
  options: { seconds: number; warmup: number; rounds: number; generators: number };
  fsync: FsyncFigures | null;
  runs: Run[];
  lockedConversation: LockedConversationFigures | null;
  idle: IdleComparison | null;
  presence: PresenceFigures | null;
  crowds: CrowdComparison | null;
  files: FileFigures | null;
  transports: TransportComparison | null;
}

export function machine(): Results['machine'] {
  const [first] = cpus();
  return {
    cores: cpus().length,
    model: first?.model ?? 'unknown',
    memoryGigabytes: Math.round(totalmem() / 1e8) / 10,
    node: process.version,
  };
}

/** Writes everything measured, the medians and the ratios as JSON; answers where. */
export function writeResults(results: Results): string {
  const directory = join(ROOT, 'bench-results');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${results.at.replaceAll(':', '-')}.json`);
  const summary = Object.keys(PHASES).map((phase) => ({
    phase,
    medians: Object.fromEntries(letters().map((letter) => [letter, medians(results.runs, letter, phase as Phase)])),
    ratiosToBare: Object.fromEntries(letters().map((letter) => [letter, ratios(results.runs, letter, phase as Phase)])),
  }));
  writeFileSync(file, `${JSON.stringify({ ...results, summary }, null, 2)}\n`);
  return file;
}

/** The tables for people. */
export function describeResults(results: Results): string {
  const { runs, fsync, lockedConversation, idle, presence, crowds, files, transports } = results;
  const lines: string[] = [];
  for (const [phase, title] of Object.entries(PHASES)) {
    lines.push('', `## ${title}`, ...table(runs, phase as Phase));
  }
  if (fsync) lines.push('', `8 KB write + fdatasync on the cluster's file system: ${describeFsync(fsync)}`);
  lines.push('', ...verdicts(runs, fsync));
  if (lockedConversation) lines.push('', ...describeLock(lockedConversation));
  if (idle) lines.push('', ...describeIdle(idle));
  if (presence) lines.push('', ...describePresence(presence));
  if (crowds) lines.push('', ...describeCrowds(crowds));
  if (files) lines.push('', ...describeFiles(files));
  if (transports) lines.push('', ...describeTransports(transports));
  return lines.join('\n');
}

export function describeRun({ subject, phase, round, figures, refusals }: Run): string {
  const { deliveriesPerSecond, ackedPerSecond, serverCpuPerDelivery, p50, p99, generatorCpuShare } = figures;
  return [
    `round ${round} ${subject} ${phase.padEnd(10)}`,
    `${whole(deliveriesPerSecond)} deliveries/s`,
    `${whole(ackedPerSecond)} sends/s`,
    `${serverCpuPerDelivery.toFixed(2)} µs a delivery`,
    `p50 ${time(p50)} p99 ${time(p99)}`,
    `generator ${percent(generatorCpuShare)}`,
    ...(figures.refusedPerSecond > 0 ? [`REFUSED ${whole(figures.refusedPerSecond)}/s: ${refusals[0]}`] : []),
  ].join(' · ');
}

function table(runs: Run[], phase: Phase): string[] {
  const head = [
    '| | acked sends/s | deliveries/s | bytes a delivery | p50 | p99 | p99 to the other node | server CPU a delivery | Postgres, Redis CPU a delivery | server / Postgres / generator, share of a core | server memory |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  return head.concat(
    letters().flatMap((letter) => {
      const figures = medians(runs, letter, phase);
      return figures ? [row(`(${letter}) ${SUBJECTS[letter]}`, figures)] : [];
    }),
  );
}

function row(title: string, figures: Figures): string {
  const { serverCpuShare, databaseCpuShare, generatorCpuShare } = figures;
  const cells = [
    title,
    whole(figures.ackedPerSecond),
    whole(figures.deliveriesPerSecond),
    whole(figures.bytesPerDelivery),
    time(figures.p50),
    time(figures.p99),
    time(figures.crossP99),
    `${figures.serverCpuPerDelivery.toFixed(2)} µs`,
    [figures.databaseCpuPerDelivery, figures.redisCpuPerDelivery].map(microseconds).join(', '),
    [serverCpuShare, databaseCpuShare, generatorCpuShare].map(percent).join(' / '),
    `${whole(figures.serverMemoryMegabytes)} MB`,
  ];
  return `| ${cells.join(' | ')} |`;
}

interface Ratios {
  deliveries: number;
  cpu: number;
  bytes: number;
}

function ratios(runs: Run[], letter: SubjectLetter, phase: Phase): Ratios | null {
  const bare = medians(runs, 'a', phase);
  const figures = medians(runs, letter, phase);
  if (!bare || !figures) return null;
  return {
    deliveries: figures.deliveriesPerSecond / bare.deliveriesPerSecond,
    cpu: figures.serverCpuPerDelivery / bare.serverCpuPerDelivery,
    bytes: figures.bytesPerDelivery / bare.bytesPerDelivery,
  };
}

function verdicts(runs: Run[], fsync: FsyncFigures | null): string[] {
  const lines: string[] = [];
  for (const letter of ['b', 'c'] as const) {
    const ratio = ratios(runs, letter, 'saturation');
    if (!ratio) continue;
    lines.push(
      `(${letter}) to (a) at saturation: ${ratio.deliveries.toFixed(2)} × deliveries/s, ${ratio.cpu.toFixed(2)} × CPU a delivery, ${ratio.bytes.toFixed(3)} × bytes a delivery`,
    );
    if (letter === 'b') {
      lines.push(verdict(`≥ ${TARGETS.deliveries} × deliveries/s`, ratio.deliveries >= TARGETS.deliveries));
      lines.push(verdict(`≤ ${TARGETS.cpu} × CPU a delivery`, ratio.cpu <= TARGETS.cpu));
      lines.push(verdict('the same bytes a delivery (within 2 %)', Math.abs(ratio.bytes - 1) <= 0.02));
    }
  }
  const paced = medians(runs, 'b', 'fixed');
  if (paced && fsync) {
    const bound = Math.max(TARGETS.p99Milliseconds, TARGETS.p99Fsyncs * fsync.p99);
    lines.push(verdict(`p99 at ${PHASES.fixed} ≤ ${bound.toFixed(1)} ms`, (paced.p99 ?? Infinity) <= bound));
  }
  return [...lines, ...pairVerdicts(runs)];
}

/** Two nodes against one. */
function pairVerdicts(runs: Run[]): string[] {
  const lines: string[] = [];
  for (const phase of Object.keys(PHASES) as Phase[]) {
    const [one, pair] = [medians(runs, 'b', phase), medians(runs, 'd', phase)];
    if (!one || !pair) continue;
    const ratio = pair.serverCpuPerDelivery / one.serverCpuPerDelivery;
    lines.push(
      verdict(
        `(d) to (b), ${PHASES[phase]}: ${ratio.toFixed(2)} × CPU a delivery, ≤ ${PAIR_TARGETS.cpu}`,
        ratio <= PAIR_TARGETS.cpu,
      ),
    );
  }
  const brisk = medians(runs, 'd', 'brisk');
  if (!brisk) return lines;
  const isQuick = (brisk.crossP99 ?? Infinity) < PAIR_TARGETS.crossP99Milliseconds;
  const text = `p99 to the other node at ${PHASES.brisk} is ${time(brisk.crossP99)}, < ${PAIR_TARGETS.crossP99Milliseconds} ms`;
  return [...lines, verdict(text, isQuick)];
}

function describeLock(figures: LockedConversationFigures): string[] {
  const phase = (name: 'before' | 'during' | 'after') =>
    `${name}: p50 ${time(figures[name].p50)}, p99 ${time(figures[name].p99)}`;
  const { locked } = figures;
  return [
    '## One conversation locked by another session',
    `The other conversations, send to delivery: ${(['before', 'during', 'after'] as const).map(phase).join(' · ')}`,
    `The locked one: ${locked.sent} sent during the lock, ${locked.acked} acked in the end, ${locked.stored} stored, ` +
      `refusals on the way: ${JSON.stringify(locked.refusals)}`,
  ];
}

function describeIdle({ bare, parley }: IdleComparison): string[] {
  const of = ({ resident, used, connecting, sockets }: IdleComparison['bare']) =>
    `${whole(resident)} bytes resident, ${whole(used)} in use, all ${whole(sockets)} ready after ${connecting.toFixed(1)} s`;
  const ratio = (figure: 'resident' | 'used') => parley[figure] / bare[figure];
  const text = `${ratio('resident').toFixed(2)} × resident, ${ratio('used').toFixed(2)} × in use, ≤ ${IDLE_TARGET}`;
  return [
    '## Silent connections, memory of each',
    `bare Socket.IO: ${of(bare)}`,
    `Parley on Postgres: ${of(parley)}`,
    verdict(text, Math.max(ratio('resident'), ratio('used')) <= IDLE_TARGET),
  ];
}

function describePresence({ listeners, cpu, ...figures }: PresenceFigures): string[] {
  const { users, seconds, failed, connectionsPerSecond, statementsPerSecond, presenceStatementsPerSecond } = figures;
  const listener = ({ events, mostInASecond, mostOfAUser }: PresenceFigures['listeners'][number]) =>
    `a listener: ${whole(events)} events, ${(events / seconds).toFixed(1)}/s, at most ${whole(mostInASecond)} in a second ` +
    `and ${mostOfAUser} of one user`;
  return [
    '## Users who come and go every second, on two nodes',
    `${whole(users)} users for ${whole(seconds)} s: ${whole(connectionsPerSecond)} connections/s, ${whole(failed)} failed`,
    ...listeners.map(listener),
    `${whole(statementsPerSecond)} statements/s, ${presenceStatementsPerSecond.toFixed(1)}/s of them for presence`,
    `share of a core: nodes ${cpu.nodes.map(percent).join(' and ')}, Postgres ${percent(cpu.postgres)}, ` +
      `Redis ${percent(cpu.redis)}, the load ${percent(cpu.load)}`,
  ];
}

function describeFsync({ p50, p99, samples }: FsyncFigures): string {
  return `p50 ${time(p50)}, p99 ${time(p99)} (${samples} samples)`;
}

function letters(): SubjectLetter[] {
  return Object.keys(SUBJECTS) as SubjectLetter[];
}
