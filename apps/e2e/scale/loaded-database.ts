import { ParleyNode, type PostgresCluster } from '@parley/testkit';
import type { Client } from 'pg';
import { load } from './loader.js';
import { PlanLog } from './plan-log.js';
import { sizeOf } from './size.js';

export interface LoadedDatabase {
  name: string;
  /** Of ours, for looking at what is stored. */
  session: Client;
  node: ParleyNode;
  close(): Promise<void>;
}

interface Options {
  messages: number;
  /** Whether the server's log has the plans of all the node's queries. */
  keepsPlans?: boolean;
  /** What else is stored before the node starts. */
  add?: (session: Client) => Promise<void>;
  tell?: (line: string) => void;
}

/** A new database with so many messages, and a node on it. */
export async function openLoaded(cluster: PostgresCluster, options: Options): Promise<LoadedDatabase> {
  const name = `scale_${options.messages}_${crypto.randomUUID()}`;
  const env = { RATE_LIMITS: 'off', DATABASE_URL: await cluster.createDatabase(name) };
  // Once for the tables, and again when all is there.
  await (await ParleyNode.start({ env })).stop();
  const session = await cluster.connect(name);
  await load(session, sizeOf(options.messages), options.tell);
  await options.add?.(session);
  if (options.keepsPlans) await PlanLog.keep(session, name);
  const node = await ParleyNode.start({ env });
  const close = async () => {
    await session.end();
    await node.stop();
  };
  return { name, session, node, close };
}
