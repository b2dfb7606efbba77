import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  check,
  delaysOf,
  Fleet,
  faultyLines,
  type HistoryHeader,
  Recorder,
  type Report,
  readHistory,
  TRANSPORTS,
  type Transport,
  Workload,
} from '@parley/testkit';
import type { Row } from './row.contract.js';
import { type Figure, Stage } from './stage.js';

const MEBIBYTE = 2 ** 20;
/** No node may ever hold more, whatever happens to it: I6. */
const MOST_MEMORY = 1024 * MEBIBYTE;
/** Half of the probes take longer than this only where there is hardly any processor to be had. */
const BUSY_MS = 250;

export interface RunOptions {
  seed: number;
  /** The commit that is run. */
  git: string;
  /** Where the histories go: one folder a row, which stays only where the row fails. */
  directory: string;
  say: (line: string) => void;
  /** Those of all clients, in turn; all of them where missing. */
  transports?: readonly Transport[];
  /** Another build's `main.js` for all nodes. */
  server?: string;
}

export interface Outcome {
  row: Row;
  verdict: Report['verdict'];
  report: Report | null;
  /** What did not hold besides the invariants. */
  failures: string[];
  figures: Figure[];
  /** The row's folder; null where nothing was kept. */
  kept: string | null;
  seconds: number;
}

/** Plays one row on a fleet of its own, from its start to the checker's verdict. Never throws. */
export async function runRow(row: Row, options: RunOptions): Promise<Outcome> {
  const began = performance.now();
  const folder = join(options.directory, row.id);
  mkdirSync(folder, { recursive: true });
  const played = await play(row, folder, options).catch((error: unknown) => ({
    report: null,
    failures: [inspect(error)],
    figures: [],
  }));
  const verdict = played.failures.length > 0 ? 'red' : (played.report?.verdict ?? 'red');
  if (verdict === 'green') rmSync(folder, { recursive: true, force: true });
  const kept = verdict === 'green' ? null : folder;
  return { row, verdict, kept, seconds: (performance.now() - began) / 1_000, ...played };
}

type Played = Pick<Outcome, 'report' | 'failures' | 'figures'>;

async function play(row: Row, folder: string, options: RunOptions): Promise<Played> {
  const { seed, git, server } = options;
  const run = new Date().toISOString();
  const header: HistoryHeader = { history: 1, run, seed, git, nodes: row.nodes, faults: row.id };
  const pen = (name: string) => new Recorder({ ...header, path: join(folder, `${name}.jsonl`), name });
  const pens = { nemesis: pen('nemesis'), workload: pen('workload') };
  const each = server ? (place: number) => ({ ...row.fleet?.each?.(place), server }) : row.fleet?.each;
  const fleet = await Fleet.start({ ...row.fleet, nodes: row.nodes, each });
  fleet.sampler.onSample = ({ node, pid, rss, fds }) =>
    pens.nemesis.record({ type: 'sample', name: node, pid, rss, descriptors: fds });
  const played = await playOn(fleet, row, { ...options, folder, pens }).finally(async () => {
    for (const one of Object.values(pens)) one.close();
    await fleet.stop();
  });
  for (const { name, exit } of fleet.nodes) {
    if (exit?.code !== 0) played.failures.push(`${name} was asked to end and did so with ${JSON.stringify(exit)}.`);
  }
  return played;
}

interface Desk extends RunOptions {
  folder: string;
  pens: { nemesis: Recorder; workload: Recorder };
}

async function playOn(
  fleet: Fleet,
  row: Row,
  { seed, say, folder, pens, transports = TRANSPORTS }: Desk,
): Promise<Played> {
  const { urls: nodeUrls, balancer } = fleet;
  const workload = await Workload.start({
    balancerUrl: balancer.url,
    nodeUrls,
    recorder: pens.workload,
    seed,
    shape: { transports, ...row.workload },
  });
  const stage = new Stage({ fleet, workload, history: pens.nemesis, seed, transports, say });
  try {
    say('the fleet is up and the workload is connected');
    workload.run();
    await row.run(stage).catch(async (error: unknown) => {
      stage.must(false, `The row broke off: ${inspect(error)}`);
      await fleet.heal();
    });
    say('coming to rest …');
    const { isQuiet, waitingFor } = await workload.rest();
    stage.must(isQuiet, `It did not come to rest: ${waitingFor.join('; ')}`);
    say('reading the final state …');
    await workload.finish();
  } catch (error) {
    await workload.close();
    throw error;
  }
  recordProcesses(fleet, pens.nemesis);
  for (const pen of Object.values(pens)) pen.flush();
  const resources = { most: MOST_MEMORY, ...row.check?.resources };
  const paths = Object.values(pens).map(({ path }) => path);
  const report = check(readHistory(paths), { ...row.check, resources });
  row.judge?.(stage, report);
  discountTimes(report, stage);
  if (report.verdict !== 'green' || stage.failures.length > 0) keepLogs(fleet, folder, report);
  return { report, failures: stage.failures, figures: stage.figures };
}

/** Where probes are slow before any fault, slowness proves nothing about the fault. */
function discountTimes(report: Report, { windows }: Stage): void {
  const [first] = windows;
  const { p50 } = delaysOf(report.probes, { from: 0, to: first?.from ?? 0 });
  if (p50 <= BUSY_MS || report.verdict !== 'red') return;
  report.reasons.push(
    `before the first fault a probe took ${p50.toFixed(0)} ms: this machine is too busy to judge times`,
  );
  if (Object.keys(report.found).every((name) => name === 'recovery')) report.verdict = 'inconclusive';
}

function recordProcesses(fleet: Fleet, history: Recorder): void {
  for (const { node, pid, exit, log } of fleet.runs) {
    if (exit) history.record({ type: 'process', phase: 'ended', name: node, pid, ...exit });
    for (const line of faultyLines(log)) history.record({ type: 'log', name: node, line: line.slice(0, 1_000) });
  }
}

function keepLogs(fleet: Fleet, folder: string, report: Report): void {
  for (const { node, pid, log } of fleet.runs) writeFileSync(join(folder, `${node}-${pid}.log`), log);
  writeFileSync(join(folder, 'report.json'), JSON.stringify(report, null, 2));
}
