import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment, node, root, windows } from '../prepare.mjs';
import { verdict } from './verdict.mjs';

const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const TIMEOUT_MS = 30 * 60_000;

/** Settings of the person's own server: no test is to find them. */
const SETTINGS = ['DATABASE_URL', 'REDIS_URL', 'DATA_DIR', 'JWT_SECRET'];

/**
 * Runs one suite. Its output goes straight to ours; `beside` another one file by file, without a line of progress.
 * @returns `{ passed, failed, problems }`; `problems` are sentences about what is wrong besides failed tests.
 */
export async function runJest(suite, { patterns, env, beside, running }) {
  const directory = mkdtempSync(join(tmpdir(), 'parley-results-'));
  const file = join(directory, 'results.json');
  const own = [...(suite.options ?? []), ...(patterns.length > 0 ? ['--passWithNoTests', ...patterns] : [])];
  const args = [...JEST, '--selectProjects', suite.project, '--ci', '--json', '--outputFile', file, ...own];
  try {
    const colours = beside && process.stderr.isTTY ? { FORCE_COLOR: '1' } : {};
    const variables = withoutSettings({ ...environment, ...colours, ...suite.env, ...env });
    const end = await execute(args, { env: variables, beside, running });
    return verdict(end, readResults(file), patterns.length > 0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function execute(args, { env, beside, running }) {
  const { promise, resolve } = Promise.withResolvers();
  // Progress and failures come on stderr; stdout would only repeat the results as JSON.
  // A process group of its own: what the tests start can be ended with it.
  const stdio = ['ignore', 'ignore', beside ? 'pipe' : 'inherit'];
  const child = spawn(node, args, { cwd: root, env, stdio, detached: !windows });
  child.stderr?.on('data', (bytes) => process.stderr.write(bytes));
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
  child.on('error', (error) => resolve({ problem: `could not be started: ${error.message}` }));
  child.on('close', (code, signal) => {
    for (const timer of timers) clearTimeout(timer);
    running.delete(stop);
    stop('SIGKILL');
    if (late) resolve({ problem: `not done after ${TIMEOUT_MS / 60_000} minutes` });
    else resolve({ problem: code === 0 ? null : `jest ended with ${signal ?? `code ${code}`}` });
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
