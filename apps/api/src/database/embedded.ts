import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { ParleyError } from '../kernel/errors.js';
import { Semaphore } from '../kernel/semaphore.js';
import { Database, type PoolUsage, type RunTransaction, refuseInsideTransaction } from './database.js';
import type { DatabaseReporter } from './database-reporter.js';
import { EmbeddedClient } from './embedded-client.js';
import { EmbeddedMaintenance } from './embedded-maintenance.js';
import { EmbeddedState } from './embedded-state.js';
import { moveToPresentEngine } from './engine-move.js';
import { translated } from './faults.js';
import { tryWriting } from './fitness.js';
import { NamedStatements } from './named-statements.js';
import * as schema from './schema/index.js';
import { statingSettings } from './session-settings.js';

const MOST_WAITING = 2_000;

/**
 * Postgres in a thread of this process, kept in `<dataDir>/postgres`. It has one connection, so one bounded queue stands
 * before it. Committed rows survive the death of the process, and of the machine.
 */
export async function openEmbedded(dataDir: string, migrations: string, reporter: DatabaseReporter): Promise<Database> {
  const directory = join(dataDir, 'postgres');
  const statements = new NamedStatements();
  await moveToPresentEngine(directory, reporter);
  let { client, db } = await openMigrated(directory, migrations, statements);
  const turns = new Semaphore({ atOnce: 1, mostWaiting: MOST_WAITING });
  const state = new EmbeddedState(reporter, () =>
    turns.within(async () => {
      if (client.hasStopped) {
        await client.ended;
        ({ client, db } = await openSession(directory, statements));
      }
      await tryWriting(db);
    }),
  );
  const run = async <T>(task: () => Promise<T>): Promise<T> => {
    refuseInsideTransaction();
    if (!state.isUp) throw new ParleyError('service_unavailable', { isReported: true });
    try {
      return await turns.within(task);
    } catch (fault) {
      state.note(fault);
      throw translated(fault);
    }
  };
  const runTransaction: RunTransaction = (work, begin) =>
    run(async () => {
      await client.query(begin);
      try {
        const result = await work(db);
        await client.query('COMMIT');
        return result;
      } catch (fault) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw fault;
      }
    });
  const single = { query: (config: never, values: never) => run(() => statements.on(client).query(config, values)) };
  const close = async () => {
    maintenance.close();
    state.close();
    await lastOf(turns, () => client.end());
  };
  const database = new Database({
    db: drizzle({ client: single as unknown as EmbeddedClient, schema }),
    // While the engine runs one, the next is at hand.
    parallelism: 2,
    transaction: runTransaction,
    availability: state,
    usage: () => usageOf(turns),
    ping: async () => void (await run(() => client.query('SELECT 1'))),
    close,
  });
  const maintenance = new EmbeddedMaintenance((work) => run(() => work(client)), { keepsLog: () => database.keepsLog });
  maintenance.start();
  return database;
}

async function openMigrated(directory: string, migrations: string, statements: NamedStatements) {
  const session = await openSession(directory, statements);
  await migrate(session.db, { migrationsFolder: migrations }).catch(async (fault: unknown) => {
    await session.client.end();
    throw fault;
  });
  return session;
}

/** Where too many wait for it to have a turn after them, they are refused. */
async function lastOf(turns: Semaphore, end: () => Promise<void>): Promise<void> {
  const last = () => turns.within(end);
  await last().catch(() => {
    turns.refuseWaiting();
    return last();
  });
}

async function openSession(directory: string, statements: NamedStatements) {
  const client = await EmbeddedClient.open(directory);
  await client.query(statingSettings()).catch(async (fault: unknown) => {
    // Whoever tries again must not have two of them at one directory.
    await client.end();
    await client.ended;
    throw fault;
  });
  return { client, db: drizzle({ client: statements.on(client) as EmbeddedClient, schema }) };
}

function usageOf({ runningCount, waitingCount }: Semaphore): PoolUsage {
  return { busy: runningCount, idle: 1 - runningCount, waiting: waitingCount };
}
