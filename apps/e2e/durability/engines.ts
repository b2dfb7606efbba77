import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { freshDirectory, ParleyNode, PostgresCluster } from '@parley/testkit';

/** A database that outlives the nodes started on it. */
export interface Store {
  /** A node on it; nodes that follow each other find what the one before left. */
  startNode(env?: Record<string, string>, port?: number): Promise<ParleyNode>;
  /** The settings by which everything finds it. */
  env: Record<string, string>;
  /** Null for the embedded database. */
  cluster: PostgresCluster | null;
  close(): Promise<void>;
}

async function embedded(): Promise<Store> {
  const dataDirectory = await ParleyNode.directory();
  return {
    startNode: (env, port) => ParleyNode.start({ dataDirectory, port, env: { RATE_LIMITS: 'off', ...env } }),
    env: { DATA_DIR: dataDirectory },
    cluster: null,
    close: async () => rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 10 }),
  };
}

async function postgres(): Promise<Store> {
  const cluster = await PostgresCluster.start();
  const dataDirectory = freshDirectory('store');
  const DATABASE_URL = await cluster.createDatabase(`store_${randomUUID()}`);
  return {
    startNode: (env, port) =>
      ParleyNode.start({ dataDirectory, port, env: { RATE_LIMITS: 'off', DATABASE_URL, ...env } }),
    env: { DATA_DIR: dataDirectory, DATABASE_URL },
    cluster,
    close: async () => {
      await cluster.stop();
      rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Both databases that a node can run on, for `describe.each`. */
export const ENGINES: { engine: string; open: () => Promise<Store> }[] = [
  { engine: 'the embedded database', open: embedded },
  { engine: 'Postgres', open: postgres },
];
