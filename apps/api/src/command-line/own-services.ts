import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { Config } from '../config/config.js';
import type { OpenDatabases } from '../database/database.module.js';
import { deploymentOf } from '../database/identity.js';
import { installationOf } from '../database/installation.js';
import { openBesideNodes } from '../database/open.js';
import { setBasePath } from '../kernel/base-path.js';
import { AdminCommands, type AdminOutcome } from '../modules/administration/index.js';
import { SESSIONS_ENDED, SessionEvents, type SessionsEnded } from '../modules/auth/index.js';
import { loadKeys } from '../platform/keys.js';
import { NodeLink } from '../platform/nodes/node-link.js';
import { redisWay } from '../platform/nodes/redis-way.js';
import { EventReporter } from '../platform/telemetry/event-reporter.js';
import { createLog } from '../platform/telemetry/log.js';
import { LinkedNodeBus } from '../realtime/bus/linked-node-bus.js';
import { CommandLineModule } from './command-line.module.js';

/** Redis may be away: those who wait are told that nodes find out by themselves. */
const REDIS_MS = 3_000;

/** Runs the command in this process, on the database itself. @throws DirectoryHeldError, and with sentences. */
export async function runHere(config: Config, args: readonly string[]): Promise<AdminOutcome> {
  setBasePath(config.basePath);
  const reporter = new EventReporter(createLog('silent'));
  const databases = await openBesideNodes(config, reporter);
  try {
    return await runOn(databases, { config, reporter }, args);
  } finally {
    await databases.close();
  }
}

async function runOn(
  databases: OpenDatabases,
  { config, reporter }: { config: Config; reporter: EventReporter },
  args: readonly string[],
): Promise<AdminOutcome> {
  const keys = await loadKeys(config);
  const installation = await installationOf(databases.main);
  // The link is opened below, and only if there is something to publish.
  const parts = { config, reporter, traces: null, keys, link: null, installation };
  const open = { ...databases, close: async () => undefined };
  const app = await NestFactory.createApplicationContext(CommandLineModule.with({ ...parts, databases: open }), {
    logger: false,
    abortOnError: false,
  });
  const ended: SessionsEnded[] = [];
  app.get(SessionEvents).onEnded((event) => ended.push(event));
  try {
    const outcome = await app.get(AdminCommands).run(args);
    if (ended.length === 0 || config.databaseUrl === null) return outcome;
    const link = config.redisUrls ? new NodeLink(redisWay(config.redisUrls), keys, reporter) : null;
    const isPublished =
      link !== null && (await published(link, await deploymentOf(databases.main.db), { ended, reporter }));
    const when = isPublished ? 'at once' : 'within half a minute';
    return { ...outcome, text: `${outcome.text}\nNodes that run close its connections ${when}.` };
  } finally {
    await app.close();
  }
}

/** Whether Redis has taken it for the nodes. */
async function published(
  link: NodeLink,
  deployment: string,
  { ended, reporter }: { ended: readonly SessionsEnded[]; reporter: EventReporter },
): Promise<boolean> {
  const bus = new LinkedNodeBus(link, reporter);
  const isUp = Promise.withResolvers<boolean>();
  link.watch({ onUp: () => isUp.resolve(true), onDown: () => undefined });
  const timer = setTimeout(() => isUp.resolve(false), REDIS_MS);
  bus.belongTo(deployment);
  link.open();
  try {
    if (!(await isUp.promise)) return false;
    for (const event of ended) bus.publish(SESSIONS_ENDED, event);
    await link.flushed();
    return true;
  } finally {
    clearTimeout(timer);
    link.close();
  }
}
