import type { Config } from '../config/config.js';
import { runningOrStopped } from '../database/running-or-stopped.js';
import { type AdminOutcome, usageFor } from '../modules/administration/index.js';
import { askRunningNode } from '../platform/nodes/running-node.js';
import { runCommand } from './command.js';
import { runHere } from './own-services.js';

/** `npm run admin`. */
await runCommand(usageFor, outcomeOf);

/**
 * The embedded database belongs to one process: the node that runs is asked, and where none runs this process takes its
 * place. A database by URL is used beside its nodes.
 */
async function outcomeOf(config: Config, args: readonly string[]): Promise<AdminOutcome> {
  if (config.databaseUrl !== null) return runHere(config, args);
  return runningOrStopped(
    () => askRunningNode(config.dataDir, args),
    () => runHere(config, args),
  );
}
