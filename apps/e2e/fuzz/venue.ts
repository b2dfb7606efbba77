import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ParleyNode, PostgresCluster, ROOT } from '@parley/testkit';
import { Client } from 'pg';

export type Engine = 'postgres' | 'embedded';

type Row = Record<string, unknown>;

/** Queries the database itself. */
export type Query = (sql: string, values?: unknown[]) => Promise<Row[]>;

/** A node, and a way to its database that does not lead through it. */
export interface Venue {
  readonly engine: Engine;
  readonly url: string;
  /** All that the node has printed so far: warnings and errors. */
  log(): string;
  /** Null where the database can only be queried once the node has ended. */
  readonly query: Query | null;
  /** Ends the node, and lets the caller query its database once more before that is removed too. */
  close(last?: (query: Query) => Promise<void>): Promise<void>;
}

/** With small limits, the bounds of an answer are met by hundreds of changes instead of thousands. */
const SMALL_LIMITS = ['--import', pathToFileURL(join(ROOT, 'apps/e2e/dist/fuzz/small-limits.js')).href];

export function openVenue(engine: Engine, hasSmallLimits: boolean): Promise<Venue> {
  const nodeArguments = hasSmallLimits ? SMALL_LIMITS : [];
  return engine === 'postgres' ? onPostgres(nodeArguments) : onEmbedded(nodeArguments);
}

async function onPostgres(nodeArguments: string[]): Promise<Venue> {
  const cluster = await PostgresCluster.start();
  try {
    const name = `fuzz_${randomUUID()}`;
    const DATABASE_URL = await cluster.createDatabase(name);
    await withoutFlushing(cluster, name);
    const node = await ParleyNode.start({ nodeArguments, env: { RATE_LIMITS: 'off', DATABASE_URL } });
    const session = new Client({ connectionString: DATABASE_URL });
    await session.connect();
    const query: Query = async (sql, values) => (await session.query<Row>(sql, values)).rows;
    const close: Venue['close'] = async (last) => {
      await node.stop();
      try {
        await last?.(query);
      } finally {
        await session.end();
        await cluster.stop();
      }
    };
    return { engine: 'postgres', url: node.url, log: () => node.log(), query, close };
  } catch (fault) {
    await cluster.stop();
    throw fault;
  }
}

/** No power is lost here, and the fuzz is about order and not about disks. */
async function withoutFlushing(cluster: PostgresCluster, database: string): Promise<void> {
  const session = await cluster.connect('postgres');
  await session.query(`ALTER DATABASE "${database}" SET synchronous_commit = off`).finally(() => session.end());
}

/** The embedded database has one owner at a time. */
async function onEmbedded(nodeArguments: string[]): Promise<Venue> {
  const dataDirectory = await ParleyNode.directory();
  const node = await ParleyNode.start({ nodeArguments, dataDirectory, env: { RATE_LIMITS: 'off' } });
  const close: Venue['close'] = async (last) => {
    await node.stop();
    try {
      if (last) await withEmbedded(join(dataDirectory, 'postgres'), last);
    } finally {
      rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 10 });
    }
  };
  return { engine: 'embedded', url: node.url, log: () => node.log(), query: null, close };
}

interface Embedded {
  query(sql: string, values?: unknown[]): Promise<{ rows: Row[] }>;
  close(): Promise<void>;
}

async function withEmbedded(directory: string, work: (query: Query) => Promise<void>): Promise<void> {
  // Resolved from the API: only it depends on the engine.
  const resolve = createRequire(join(ROOT, 'apps/api/package.json')).resolve;
  const path = pathToFileURL(resolve('@electric-sql/pglite')).href;
  const { PGlite } = (await import(path)) as { PGlite: { create(directory: string): Promise<Embedded> } };
  const engine = await PGlite.create(directory);
  await work(async (sql, values) => (await engine.query(sql, values)).rows).finally(() => engine.close());
}
