import { boot } from './boot.js';
import type { Config } from './config/config.js';
import { ConfigurationError, readEnvironment } from './config/environment.js';
import { DirectoryHeldError } from './database/directory-lock.js';
import { EventReporter } from './platform/telemetry/event-reporter.js';
import { createLog } from './platform/telemetry/log.js';

const HARD_EXIT_MS = 9_500;

const config = configuration();
const reporter = new EventReporter(createLog(config.logLevel));
const interruption = new AbortController();
const starting = boot(config, reporter, interruption.signal);
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
  if (!stopping) process.stdout.write(`Parley is ready: ${url}\n`);
} catch (fault) {
  if (!interruption.signal.aborted) fail(fault instanceof ConfigurationError ? fault.faults : [sentence(fault)]);
}

function configuration(): Config {
  try {
    return readEnvironment();
  } catch (fault) {
    return fail(fault instanceof ConfigurationError ? fault.faults : [String(fault)]);
  }
}

/**
 * Ends within ten seconds, whatever hangs. A start that is under way is waited for, as it may be in the middle of writing;
 * one that waits for its database is given up.
 */
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => {
    reporter.closingTimedOut();
    process.exit(1);
  }, HARD_EXIT_MS).unref();
  interruption.abort();
  await starting.then((node) => node.close()).catch((fault: unknown) => reporter.closingFailed(fault));
  reporter.stopped();
  process.exit(code);
}

function fail(sentences: readonly string[]): never {
  for (const each of sentences) process.stderr.write(`${each}\n`);
  process.exit(1);
}

/** Why the start failed, for people; the database's own words may be all there is. */
function sentence(fault: unknown): string {
  const { code, message } = fault as { code?: string; message?: string };
  if (code === 'EADDRINUSE') return `Port ${config.port} is taken by another process. Set PORT to a free one.`;
  if (fault instanceof DirectoryHeldError) return fault.message;
  if (code === 'EACCES') return `Parley may not use what it was told to: ${message}.`;
  return `Parley could not start: ${message ?? String(fault)}`;
}
