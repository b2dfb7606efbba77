import { sql } from 'drizzle-orm';
import pg from 'pg';
import type { Db } from './database.js';
import type { EmbeddedClient } from './embedded-client.js';
import { isAway, wordsOf } from './faults.js';
import { requireOwnSession } from './own-session.js';
import { rowsOf } from './rows-of.js';
import { stateSettings, statingSettings } from './session-settings.js';

const CONNECT_MS = 10_000;

/** What can be asked, whether or not always the same session answers. */
export interface Queries {
  /** The rows of one statement. */
  query<T>(text: string, values?: readonly unknown[]): Promise<T[]>;
}

/** One session of a database, for a command that reads or writes all of it: without the queue, pool and deadlines of a node. */
export interface PlainSession extends Queries {
  /** One statement or several, whose answers nobody needs. */
  exec(text: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws with a sentence where the database cannot be reached, or would store something else than what people write. */
export async function postgresSession(url: string, purpose: string): Promise<PlainSession> {
  const open = () => connected(url, purpose);
  const client = await open();
  try {
    await requireOwnSession(client, open);
    await stateSettings(client);
    return plain(client);
  } catch (fault) {
    await client.end();
    throw fault;
  }
}

async function connected(url: string, purpose: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: `parley-${purpose}`,
  });
  // A connection that is lost is seen by the statement that needs it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (fault) {
    if (!isAway(fault)) throw fault;
    throw new Error(`The database cannot be reached: ${wordsOf(fault)}. Is DATABASE_URL right?`, { cause: fault });
  }
}

/** A session that has stated its settings. */
export function plain(client: pg.Client): PlainSession {
  return {
    query: async <T>(text: string, values?: readonly unknown[]) =>
      (await client.query(text, values && [...values])).rows as T[],
    exec: async (text) => void (await client.query(text)),
    close: () => client.end(),
  };
}

/** Of a node's handle: each statement may be another session's. */
export function queriesOf(db: Db): Queries {
  const given = (text: string, values: readonly unknown[]) =>
    sql.join(
      text.split(/(\$\d+)/).map((part, i) => (i % 2 ? sql`${values[Number(part.slice(1)) - 1]}` : sql.raw(part))),
    );
  return { query: <T>(text: string, values: readonly unknown[] = []) => rowsOf<T>(db, given(text, values)) };
}

/** Closing it closes the engine. */
export async function embeddedSession(engine: EmbeddedClient): Promise<PlainSession> {
  await engine.query(statingSettings());
  return plain(engine);
}
