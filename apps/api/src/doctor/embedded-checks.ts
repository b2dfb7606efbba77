import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DatabaseFacts, databaseFacts } from '../database/database-facts.js';
import { wordsOf } from '../database/faults.js';
import { runningOrStopped } from '../database/running-or-stopped.js';
import { stoppedDatabase } from '../database/stopped-database.js';
import { DESCRIBE_DATABASE } from '../platform/nodes/admin-socket-address.js';
import { askRunningNode } from '../platform/nodes/running-node.js';
import { COMMON } from './database-checks.js';
import { error, type Finding, findingsOf, ok } from './finding.js';

interface Look {
  facts: DatabaseFacts;
  sentence: string;
}

/** Of the embedded database: asked of the node that runs, else opened for a moment. */
export async function embeddedFindings(dataDir: string): Promise<Finding[]> {
  const part = 'database';
  const directory = join(dataDir, 'postgres');
  if (!existsSync(join(directory, 'PG_VERSION')))
    return [{ part, ...ok(`The first node that starts makes one in ${directory}.`) }];
  try {
    const { facts, sentence } = await runningOrStopped(
      () => ofNode(dataDir),
      () => ofDirectory(dataDir),
    );
    return [{ part, ...ok(sentence) }, ...findingsOf(part, facts, COMMON)];
  } catch (fault) {
    return [{ part, ...error(`It cannot be used: ${wordsOf(fault)}`) }];
  }
}

async function ofNode(dataDir: string): Promise<Look | null> {
  const outcome = await askRunningNode(dataDir, [DESCRIBE_DATABASE]);
  if (outcome === null) return null;
  if (outcome.code !== 0) throw new Error(outcome.text);
  return { facts: JSON.parse(outcome.text) as DatabaseFacts, sentence: 'The node that runs has it, and answers.' };
}

async function ofDirectory(dataDir: string): Promise<Look> {
  const session = await stoppedDatabase(dataDir);
  try {
    return { facts: await databaseFacts(session), sentence: 'No node runs; it can be opened.' };
  } finally {
    await session.close();
  }
}
