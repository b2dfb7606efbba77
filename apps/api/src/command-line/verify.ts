import { join } from 'node:path';
import { backupSource, soleSource } from '../backup/backup-source.js';
import { grouped, Progress } from '../backup/progress.js';
import type { Config } from '../config/config.js';
import type { AdminOutcome } from '../modules/administration/index.js';
import { openFileStore } from '../platform/storage/open-file-store.js';
import { faultsOf, repair, verify } from '../verify/verify.js';
import { INVARIANT_COUNT } from '../verify/verify.repository.js';
import { exitOnSignals, runCommand, usageUnless } from './command.js';

const USAGE = `Usage: npm run verify [-- --repair]

Reads all of the database, as of one moment and while nodes serve, and looks whether the store has the contents of files;
says what is not as it should be. --repair, while no node runs: what is derived from other rows is made anew of them.

Ends with 0 where all is well, with 3 where something is not.`;

const WRONG = 3;

exitOnSignals();
await runCommand(
  usageUnless(USAGE, (args) => args.length === 0 || (args.length === 1 && args[0] === '--repair')),
  look,
);

async function look(config: Config, args: readonly string[]): Promise<AdminOutcome> {
  const isRepairing = args.length > 0;
  const session = await (isRepairing ? soleSource(config) : backupSource(config, join(config.dataDir, 'verified')));
  const store = await openFileStore(config);
  const progress = new Progress();
  try {
    let verdict = await verify({ session, store, progress });
    if (isRepairing && verdict.violations.some(({ invariant }) => invariant.repair)) {
      await repair(session, verdict.violations, progress);
      progress.say('What can be repaired was repaired. Looking again.');
      verdict = await verify({ session, store, progress });
    }
    const faults = faultsOf(verdict);
    if (faults !== null) return { code: WRONG, text: faults };
    const text = `${INVARIANT_COUNT} invariants hold, and ${grouped(verdict.contents.count)} contents of files are there.`;
    return { code: 0, text };
  } finally {
    store.close();
    await session.close().catch(() => undefined);
  }
}
