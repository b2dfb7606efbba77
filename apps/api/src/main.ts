import cluster from 'node:cluster';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config/config.js';
import { ConfigurationError, readEnvironment } from './config/environment.js';
import { DirectoryHeldError } from './database/directory-lock.js';
import { EventReporter } from './platform/telemetry/event-reporter.js';
import { createLog, standardOutput } from './platform/telemetry/log.js';
import { WorkerRefusedError } from './workers/worker.js';

const HARD_EXIT_MS = 9_500;
/** What started workers sees them end, and then ends. */
const LAUNCHER_EXIT_MS = 9_800;
/** Nobody may be reading what the log writes. */
const LAST_LINES_MS = 1_000;

const config = configuration();
const isLauncher = config.workers > 1 && cluster.isPrimary;
const lines = standardOutput();
const reporter = new EventReporter(
  createLog(config.logLevel, lines, config.worker && { worker: config.worker.number }),
);
const interruption = new AbortController();
const starting = start();
let stopping = false;

process.on('unhandledRejection', (fault) => reporter.rejectionUnhandled(fault));
process.on('uncaughtException', (fault) => {
  reporter.exceptionUncaught(fault);
  void stop(1);
});
process.on('SIGTERM', () => void stop(0));
process.on('SIGINT', () => void stop(0));

try {
  const { url } = await starting;
  if (!stopping) announce(url);
} catch (fault) {
  if (!interruption.signal.aborted) fail(fault instanceof ConfigurationError ? fault.faults : sentencesOf(fault));
}

function configuration(): Config {
  try {
    return readEnvironment();
  } catch (fault) {
    return fail(fault instanceof ConfigurationError ? fault.faults : [String(fault)]);
  }
}

/** One node in this process, or what starts several. Neither loads what only the other needs. */
async function start(): Promise<{ url: string; close(): Promise<unknown> }> {
  if (isLauncher) {
    const { launch } = await import('./workers/launcher.js');
    return launch(config, reporter, interruption.signal);
  }
  const { boot } = await import('./boot.js');
  return boot(config, reporter, interruption.signal);
}

function announce(url: string): void {
  if (config.worker) process.send?.({ url });
  else process.stdout.write(`Parley is ready: ${url}\n`);
}

/**
 * Ends within ten seconds, whatever hangs. A start that is under way is waited for, as it may be in the middle of writing;
 * one that waits for its database is given up.
 */
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(
    () => {
      reporter.closingTimedOut();
      end(1);
    },
    isLauncher ? LAUNCHER_EXIT_MS : HARD_EXIT_MS,
  ).unref();
  interruption.abort();
  const ended = await starting.then((node) => node.close()).catch((fault: unknown) => reporter.closingFailed(fault));
  reporter.stopped();
  // Another thread writes them: what has begun by then would end with this process, in the middle.
  lines.end();
  await Promise.race([once(lines, 'close'), sleep(LAST_LINES_MS)]);
  end(ended === 1 ? 1 : code);
}

/**
 * Node's own exit waits for its compiler, which on a busy machine takes seconds with the code of the embedded database. So this
 * process becomes one that ends at once, unless Node was told to write a profile at its exit.
 */
function end(code: number): never {
  const program = code === 0 ? '/bin/true' : '/bin/false';
  const isAwaited = process.execArgv.some((option) => option.startsWith('--cpu-prof'));
  if (!isAwaited && process.platform === 'linux' && existsSync(program)) {
    // As Node's exit would: the log writes its last lines then.
    process.emit('exit', code);
    process.execve?.(program, [program], {});
  }
  process.exit(code);
}

function fail(sentences: readonly string[]): never {
  for (const each of sentences) process.stderr.write(`${each}\n`);
  process.exit(1);
}

/** Why the start failed, for people; the database's own words may be all there is. A worker has said it already. */
function sentencesOf(fault: unknown): string[] {
  const { code, message } = fault as { code?: string; message?: string };
  if (fault instanceof WorkerRefusedError) return [];
  if (code === 'EADDRINUSE') return [`Port ${config.port} is taken by another process. Set PORT to a free one.`];
  if (fault instanceof DirectoryHeldError) return [fault.message];
  if (code === 'EACCES') return [`Parley may not use what it was told to: ${message}.`];
  return [`Parley could not start: ${message ?? String(fault)}`];
}
