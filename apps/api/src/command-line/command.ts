import type { Config } from '../config/config.js';
import { ConfigurationError, readEnvironment } from '../config/environment.js';
import { DirectoryHeldError } from '../database/directory-lock.js';
import type { AdminOutcome } from '../modules/administration/index.js';

type Work = (config: Config, args: readonly string[]) => Promise<AdminOutcome>;

/**
 * Runs what was typed to its end: what is answered goes out, what is refused goes to the errors with a code other than 0.
 * @param usageFor what can be answered without the settings of the deployment.
 */
export async function runCommand(
  usageFor: (args: readonly string[]) => AdminOutcome | null,
  work: Work,
): Promise<void> {
  try {
    const args = process.argv.slice(2);
    const { code, text } = usageFor(args) ?? (await work(readEnvironment(), args));
    finish(code, text);
  } catch (fault) {
    finish(1, sentence(fault));
  }
}

/**
 * What can be answered without the settings of the deployment: how a command is used, to whoever asks for that, or types
 * what the command does not take. Null where it is to run.
 */
export const usageUnless =
  (usage: string, takes: (args: readonly string[]) => boolean) =>
  (args: readonly string[]): AdminOutcome | null => {
    if (args.some((each) => ['help', '--help', '-h'].includes(each))) return { code: 0, text: usage };
    return takes(args) ? null : { code: 2, text: usage };
  };

/** What is begun is removed at the exit, which a signal alone would not be. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
}

function finish(code: number, text: string): void {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`, () => process.exit(code));
}

function sentence(fault: unknown): string {
  if (fault instanceof ConfigurationError) return fault.faults.join('\n');
  if (fault instanceof DirectoryHeldError) {
    return `${fault.message} It does not take commands: it is starting, or its log says why.`;
  }
  const { name, message } = fault as Error;
  if (name === 'AbortError' || name === 'TimeoutError') return 'The database cannot be reached. Is DATABASE_URL right?';
  return message;
}
