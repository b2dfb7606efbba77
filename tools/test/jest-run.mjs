import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, node, root, windows } from '../prepare.mjs';
import { verdict } from './verdict.mjs';

const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--selectProjects',
];
const TIMEOUT_MS = 75 * 60_000;

/** Settings of the person's own server: no test is to find them. */
const SETTINGS = ['DATABASE_URL', 'REDIS_URL', 'DATA_DIR', 'JWT_SECRET'];

/** One test file more than there are cores: most wait for processes, or for the clock. */
const WORKERS = availableParallelism() + 1;

/**
 * Runs suites beside each other, but one file after the other in the second round, and where only some files are asked for.
 * @returns what `verdict` makes of each, in the same order, with its `results`.
 */
export async function runJest(suites, { patterns, env, running }) {
  const directory = mkdtempSync(join(tmpdir(), 'parley-results-'));
  const file = join(directory, 'results.json');
  const workers = patterns.length > 0 || suites.every(({ round }) => round === 2) ? 1 : WORKERS;
  const names = suites.map(({ name }) => name);
  const args = [...JEST, ...names, '--ci', '--maxWorkers', String(workers)];
  if (patterns.length > 0) args.push('--passWithNoTests', '--testPathPatterns', ...patterns);
  try {
    const variables = withoutSettings({ ...environment, ...env, PARLEY_RESULTS: file });
    const problem = await execute(args, { env: variables, running });
    const results = readResults(file);
    const isKnown = Object.values(results ?? {}).some(hasFailed);
    return names.map((name) => ({
      ...verdict(isKnown ? null : problem, results?.[name], patterns.length > 0),
      results: results?.[name],
    }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const hasFailed = ({ broken, tests }) => broken.length > 0 || tests.some(({ status }) => status === 'failed');

function execute(args, { env, running }) {
  const { promise, resolve } = Promise.withResolvers();
  // A process group of its own: what the tests start can be ended with it.
  const child = spawn(node, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: !windows });
  const stop = (signal) => signalGroup(child, signal);
  running.add(stop);
  let late = false;
  const timers = [
    setTimeout(() => {
      late = true;
      stop('SIGTERM');
    }, TIMEOUT_MS),
    setTimeout(() => stop('SIGKILL'), TIMEOUT_MS + 10_000),
  ];
  child.on('error', (error) => resolve(`jest could not be started: ${error.message}`));
  child.on('close', (code, signal) => {
    for (const timer of timers) clearTimeout(timer);
    running.delete(stop);
    stop('SIGKILL');
    if (late) resolve(`not done after ${TIMEOUT_MS / 60_000} minutes`);
    else resolve(code === 0 ? null : `jest ended with ${signal ?? `code ${code}`}`);
  });
  return promise;
}

function signalGroup(child, signal) {
  if (windows) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function withoutSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SETTINGS.includes(name)));
}
