import type { Config } from '../config/config.js';
import { certificateFindings } from '../doctor/certificate-checks.js';
import { databaseFindings } from '../doctor/database-checks.js';
import { embeddedFindings } from '../doctor/embedded-checks.js';
import { reportOf } from '../doctor/finding.js';
import { outsideFindings } from '../doctor/outside-checks.js';
import { leftFindings, placeFindings } from '../doctor/place-checks.js';
import { redisFindings } from '../doctor/redis-checks.js';
import { storeFindings } from '../doctor/store-checks.js';
import type { AdminOutcome } from '../modules/administration/index.js';
import { runCommand, usageUnless } from './command.js';

const USAGE = `Usage: npm run doctor [-- https://chat.example.org]

Looks, with the settings of a node, at what a node would use, beside nodes that run or before the first one does, and at
the address that people use, where it is given. It says in sentences how it is, and changes nothing. The code is 1 where
there is an error.`;

await runCommand(usageUnless(USAGE, isAddressOrNothing), look);

function isAddressOrNothing(args: readonly string[]): boolean {
  const [address, ...more] = args;
  return address === undefined || (/^https?:$/.test(URL.parse(address)?.protocol ?? '') && more.length === 0);
}

async function look(config: Config, [address]: readonly string[]): Promise<AdminOutcome> {
  const { databaseUrl, redisUrls, dataDir, tls } = config;
  const found = await Promise.all([
    databaseUrl === null ? embeddedFindings(dataDir) : databaseFindings(databaseUrl),
    redisUrls === null ? [] : redisFindings(redisUrls),
    placeFindings(dataDir, databaseUrl === null),
    storeFindings(config),
    certificateFindings(tls),
    address === undefined ? [] : outsideFindings(address, config),
  ]);
  return reportOf([...found.flat(), ...leftFindings(config)]);
}
