import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import { DirectoryHeldError } from '../database/directory-lock.js';
import { type AdminOutcome, usageFor } from '../modules/administration/index.js';
import { runCommand } from './command.js';
import { runHere } from './own-services.js';
import { askRunningNode } from './running-node.js';

/** A node that starts or stops has the directory, and does not listen. */
const HELD = { attempts: 40, pauseMs: 250 };

/** `npm run admin`. */
await runCommand(usageFor, outcomeOf);

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
