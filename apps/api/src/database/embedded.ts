import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { ParleyError } from '../kernel/errors.js';
import { Database, type PoolUsage, type RunTransaction, refuseInsideTransaction } from './database.js';
import type { DatabaseReporter } from './database-reporter.js';
import { EmbeddedClient } from './embedded-client.js';
import { EmbeddedMaintenance } from './embedded-maintenance.js';
import { EmbeddedState } from './embedded-state.js';
import { translated } from './faults.js';
import { tryWriting } from './fitness.js';
import * as schema from './schema/index.js';
import { statingSettings } from './session-settings.js';

const MOST_WAITING = 2_000;

/**
 * Postgres inside the process, kept in `<dataDir>/postgres`. It has one connection, so one bounded queue stands before
 * it. Committed rows survive the death of the process, and of the machine.
 */
export async function openEmbedded(dataDir: string, migrations: string, reporter: DatabaseReporter): Promise<Database> {
  const directory = join(dataDir, 'postgres');
  let { engine, inner } = await openSession(directory);
  await migrate(inner, { migrationsFolder: migrations });
  const queue = new ExclusiveQueue();
  const state = new EmbeddedState(reporter, () =>
    queue.run(async () => {
      if (engine.hasStopped) ({ engine, inner } = await openSession(directory));
      await tryWriting(inner);
    }),
  );
  const run = async <T>(task: () => Promise<T>): Promise<T> => {
    if (!state.isUp) throw new ParleyError('service_unavailable', { isReported: true });
    try {
      return await queue.run(task);
    } catch (fault) {
      state.note(fault);
      throw fault;
    }
  };
  const guarded = {
    query: (text: string, values: unknown[], options: object) => {
      refuseInsideTransaction();
      return run(() => engine.query(text, values, options));
    },
  };
  const runTransaction: RunTransaction = (work, begin) =>
    run(async () => {
      await engine.exec(begin);
      try {
        const result = await work(inner);
        await engine.exec('COMMIT');
        return result;
      } catch (fault) {
        await engine.exec('ROLLBACK').catch(() => undefined);
        throw fault;
      }
    });
  const close = async () => {
    maintenance.close();
    state.close();
    await queue.run(async () => undefined).catch(() => undefined);
    await engine.close();
  };
  const database = new Database({
    db: drizzle({ client: guarded as unknown as EmbeddedClient, schema }),
    parallelism: 1,
    transaction: runTransaction,
    availability: state,
    usage: () => queue.usage(),
    ping: async () => void (await run(() => engine.query('SELECT 1'))),
    close,
  });
  const maintenance = new EmbeddedMaintenance((work) => run(() => work(engine)), { keepsLog: () => database.keepsLog });
  maintenance.start();
  return database;
}

async function openSession(directory: string) {
  const engine = await EmbeddedClient.open(directory);
  await engine.exec(statingSettings());
  return { engine, inner: drizzle({ client: engine, schema }) };
}

/** Its work runs on this thread and between tasks nothing else does: after so long sockets and timers get their turn. */
const MOST_WITHOUT_PAUSE_MS = 5;

/** One task at a time, in the order they came. */
class ExclusiveQueue {
  /** When the first task of this turn of the event loop came; null between turns. */
  private turnBegan: number | null = null;
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.waiting >= MOST_WAITING) throw new ParleyError('service_unavailable');
    this.noteTurn();
    this.waiting += 1;
    const turn = this.tail
      .then(() => this.pause())
      .then(task)
      .catch((fault: unknown) => {
        throw translated(fault);
      });
    this.tail = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting -= 1;
    }
  }

  usage(): PoolUsage {
    const busy = Math.min(1, this.waiting);
    return { busy, idle: 1 - busy, waiting: this.waiting - busy };
  }

  private noteTurn(): void {
    if (this.turnBegan !== null) return;
    this.turnBegan = performance.now();
    setImmediate(() => {
      this.turnBegan = null;
    });
  }

  private async pause(): Promise<void> {
    if (this.turnBegan !== null && performance.now() - this.turnBegan >= MOST_WITHOUT_PAUSE_MS) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.noteTurn();
  }
}
