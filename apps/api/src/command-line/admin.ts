import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { ConfigurationError, readEnvironment } from '../config/environment.js';
import { DirectoryHeldError } from '../database/directory-lock.js';
import { type AdminOutcome, usageFor } from '../modules/administration/index.js';
import { runHere } from './own-services.js';
import { askRunningNode } from './running-node.js';

/** A node that starts or stops has the directory, and does not listen. */
const HELD = { attempts: 40, pauseMs: 250 };

/** `npm run admin`: what is answered goes out, what is refused goes to the errors with a code other than 0. */
try {
  const args = process.argv.slice(2);
  const { code, text } = usageFor(args) ?? (await outcomeOf(readEnvironment(), args));
  finish(code, text);
} catch (fault) {
  finish(1, sentence(fault));
}

/**
 * The embedded database belongs to one process: the node that runs is asked, and where none runs this process takes its
 * place. A database by URL is used beside its nodes.
 */
async function outcomeOf(config: Config, args: readonly string[]): Promise<AdminOutcome> {
  if (config.databaseUrl !== null) return runHere(config, args);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askRunningNode(config.dataDir, args);
    if (answer) return answer;
    try {
      return await runHere(config, args);
    } catch (fault) {
      if (!(fault instanceof DirectoryHeldError) || attempt === HELD.attempts) throw fault;
      await sleep(HELD.pauseMs);
    }
  }
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
