import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Logger } from 'pino';

/** Any numbers that nothing else in the database uses for its advisory locks. */
const MIGRATION_LOCK = 7_265_003_001;
const NODE_LOCK = 7_265_003_002;
const RETRY_MS = 1_000;
const PATIENCE_MS = 60_000;

/** Brings the schema up to date, one node at a time; waits up to a minute for the server to come up. */
export async function migratePostgres(url: string, folder: string, log: Logger): Promise<void> {
  const client = await connectPatiently(url, log);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(drizzle({ client }), { migrationsFolder: folder });
  } finally {
    await client.end();
  }
}

/**
 * Holds an advisory lock for as long as this node lives, because a second node on the same database without Redis
 * would deliver late. A lost connection takes it again.
 * @throws with a sentence where another node holds it.
 */
export async function claimDatabase(url: string, log: Logger): Promise<() => Promise<void>> {
  let closed = false;
  let client = await claim(url, log);
  if (!client) {
    throw new Error('Another Parley node is using this database. Set REDIS_URL on all of them to run several nodes.');
  }
  const watch = (held: pg.Client) => held.once('end', () => !closed && void again());
  const again = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    if (closed) return;
    client = await claim(url, log).catch(() => null);
    if (client) watch(client);
    else {
      log.error('the lock on the database is not ours at present: it is away, or another node uses it without Redis');
      void again();
    }
  };
  watch(client);
  return async () => {
    closed = true;
    await client?.end().catch(() => undefined);
  };
}

async function claim(url: string, log: Logger): Promise<pg.Client | null> {
  const client = newClient(url, log);
  await client.connect();
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [NODE_LOCK]);
  if (rows[0]?.taken) return client;
  await client.end();
  return null;
}

function newClient(url: string, log: Logger): pg.Client {
  const client = new pg.Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 5_000 });
  client.on('error', (fault) => log.warn({ fault: fault.message }, 'a database connection was lost'));
  return client;
}

async function connectPatiently(url: string, log: Logger): Promise<pg.Client> {
  for (const start = Date.now(); ; ) {
    const client = newClient(url, log);
    try {
      await client.connect();
      return client;
    } catch (fault) {
      if (Date.now() - start > PATIENCE_MS) throw fault;
      log.warn({ fault: (fault as Error).message }, 'the database does not answer yet');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
