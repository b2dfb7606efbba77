import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Crew,
  check,
  Fleet,
  faultyLines,
  type HistoryHeader,
  Recorder,
  type Report,
  readHistory,
} from '@parley/testkit';
import type { Row } from './row.contract.js';
import { type Figure, Stage } from './stage.js';

const MEBIBYTE = 2 ** 20;
/** No node may ever hold more, whatever happens to it: I6. */
const MOST_MEMORY = 1024 * MEBIBYTE;

export interface RunOptions {
  seed: number;
  /** The commit that is run. */
  git: string;
  /** Where the histories go: one folder a row, which stays only where the row fails. */
  directory: string;
  say: (line: string) => void;
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
    failures: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    figures: [],
  }));
  const verdict = played.failures.length > 0 ? 'red' : (played.report?.verdict ?? 'red');
  if (verdict === 'green') rmSync(folder, { recursive: true, force: true });
  const kept = verdict === 'green' ? null : folder;
  return { row, verdict, kept, seconds: (performance.now() - began) / 1_000, ...played };
}

type Played = Pick<Outcome, 'report' | 'failures' | 'figures'>;

async function play(row: Row, folder: string, options: RunOptions): Promise<Played> {
  const { seed, git, say, server } = options;
  const header: HistoryHeader = {
    history: 1,
    run: new Date().toISOString(),
    seed,
    git,
    nodes: row.nodes,
    faults: row.id,
  };
  const files = { nemesis: join(folder, 'nemesis.jsonl'), crew: join(folder, 'crew.jsonl') };
  const nemesis = new Recorder({ ...header, path: files.nemesis, name: 'nemesis' });
  const pen = new Recorder({ ...header, path: files.crew, name: 'crew' });
  const each = server ? (place: number) => ({ ...row.fleet?.each?.(place), server }) : row.fleet?.each;
  const fleet = await Fleet.start({ ...row.fleet, nodes: row.nodes, each });
  try {
    fleet.sampler.onSample = ({ node, pid, rss, fds }) =>
      nemesis.record({ type: 'sample', name: node, pid, rss, descriptors: fds });
    const { urls: nodeUrls, balancer } = fleet;
    const crew = await Crew.start({ balancerUrl: balancer.url, nodeUrls, recorder: pen, seed, shape: row.crew });
    const stage = new Stage({ fleet, crew, history: nemesis, seed, say });
    say('the fleet is up and the crew is connected');
    crew.work();
    await row.run(stage).catch((error: unknown) => stage.must(false, `The row broke off: ${String(error)}`));
    say('coming to rest …');
    const { isQuiet, waitingFor } = await crew.rest();
    stage.must(isQuiet, `It did not come to rest: ${waitingFor.join('; ')}`);
    say('reading the final state …');
    await crew.finish();
    recordProcesses(fleet, nemesis);
    for (const recorder of [nemesis, pen]) recorder.close();
    const resources = { most: MOST_MEMORY, ...row.check?.resources };
    const report = check(readHistory([files.nemesis, files.crew]), { ...row.check, resources });
    row.judge?.(stage, report);
    if (report.verdict !== 'green' || stage.failures.length > 0) keepLogs(fleet, folder, report);
    return { report, failures: stage.failures, figures: stage.figures };
  } finally {
    await fleet.stop();
  }
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
