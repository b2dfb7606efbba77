import { RepeatedWork } from '../kernel/repeated-work.js';
import type { EmbeddedClient } from './embedded-client.js';

/** Does some work with the engine when it is its turn. */
type Within = <T>(work: (engine: EmbeddedClient) => Promise<T>) => Promise<T>;

interface MaintenanceOptions {
  /** Whether somebody copies the files, who needs the log as it is: a checkpoint would remove some. */
  keepsLog(): boolean;
  /** Of the log, from one checkpoint to the next. */
  logBytes?: number;
}

const EVERY_MS = 60_000;
/** About so much, or twice that, stays on the disk and is replayed after a crash. */
const LOG_BYTES = 33_554_432;
/** Tables that one run vacuums. */
const MOST_TABLES = 100;

const LOG_SINCE_CHECKPOINT = `
SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()`;

/** By the rules of Postgres's autovacuum with its defaults, the most changed first. */
const DUE = `
SELECT format('%I.%I', s.schemaname, s.relname) AS name
  FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid,
       LATERAL (SELECT greatest(c.reltuples, 0) AS rows) size
 WHERE s.n_dead_tup > 50 + 0.2 * rows OR s.n_mod_since_analyze > 50 + 0.1 * rows OR age(c.relfrozenxid) > 200000000
 ORDER BY s.n_dead_tup + s.n_mod_since_analyze DESC
 LIMIT ${MOST_TABLES}`;

/**
 * What Postgres's background processes do, of which the embedded engine has none: without checkpoints its log grows for as
 * long as it runs, and without vacuum its tables do, until no transaction number is left.
 */
export class EmbeddedMaintenance {
  /** Faults are those of any statement, and the next run tries again. */
  private readonly job = new RepeatedWork({
    everyMs: () => EVERY_MS,
    run: () => this.run(),
    onFault: () => undefined,
  });

  constructor(
    private readonly within: Within,
    private readonly options: MaintenanceOptions,
  ) {}

  start(): void {
    this.job.start();
  }

  close(): void {
    this.job.stop();
  }

  /** Between two tables others have their turn. */
  async run(): Promise<void> {
    await this.checkpoint();
    for (const { name } of await this.rows<{ name: string }>(DUE)) {
      if (this.job.isStopped) return;
      await this.within((engine) => engine.query(`VACUUM (ANALYZE) ${name}`));
    }
  }

  private async checkpoint(): Promise<void> {
    const { logBytes = LOG_BYTES } = this.options;
    const [log] = await this.rows<{ bytes: number }>(LOG_SINCE_CHECKPOINT);
    if ((log?.bytes ?? 0) <= logBytes) return;
    // Asked when it is its turn: a copy may have begun meanwhile.
    await this.within(async (engine) => {
      if (!this.options.keepsLog()) await engine.query('CHECKPOINT');
    });
  }

  private async rows<Row extends object>(text: string): Promise<Row[]> {
    return this.within(async (engine) => (await engine.query<Row>(text)).rows);
  }
}
