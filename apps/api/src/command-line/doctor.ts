import type { Config } from '../config/config.js';
import { databaseFindings } from '../doctor/database-checks.js';
import { embeddedFindings } from '../doctor/embedded-checks.js';
import { reportOf } from '../doctor/finding.js';
import { leftFindings, placeFindings } from '../doctor/place-checks.js';
import { redisFindings } from '../doctor/redis-checks.js';
import type { AdminOutcome } from '../modules/administration/index.js';
import { runCommand, usageUnless } from './command.js';

const USAGE = `Usage: npm run doctor

Looks, with the settings of a node, at what a node would use, beside nodes that run or before the first one does, and says
in sentences how it is. It changes nothing. The code is 1 where there is an error.`;

await runCommand(
  usageUnless(USAGE, (args) => args.length === 0),
  look,
);

async function look(config: Config): Promise<AdminOutcome> {
  const { databaseUrl, redisUrls, dataDir } = config;
  const found = await Promise.all([
    databaseUrl === null ? embeddedFindings(dataDir) : databaseFindings(databaseUrl),
    redisUrls === null ? [] : redisFindings(redisUrls),
    placeFindings(dataDir, databaseUrl === null),
  ]);
  return reportOf([...found.flat(), ...leftFindings(config)]);
}
