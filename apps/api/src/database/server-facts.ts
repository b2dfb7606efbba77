import pg from 'pg';
import { type DatabaseFacts, databaseFacts } from './database-facts.js';
import { IS_READ_ONLY } from './fitness.js';
import { requireOwnSession, SharedSessionError } from './own-session.js';
import { plain } from './plain-session.js';
import { stateSettings } from './session-settings.js';

const TIMEOUT_MS = 5_000;

/** What a server says besides of itself and of the session that asks. */
export interface ServerFacts extends DatabaseFacts {
  /** Settings by which what it has confirmed may be lost. */
  unsafe: string[];
  autovacuum: boolean;
  readOnly: boolean;
  /** How many more connections it takes of this role; with all limits. */
  room: number;
  /** Nodes that are connected. */
  nodes: number;
  /** The way to it, or to the pooler before it. */
  isEncrypted: boolean;
  /** By how much its clock differs from this machine's, beyond what asking took. */
  skewMs: number;
}

/** `numbackends` counts sessions of others too, of which a role without privileges is told nothing else. */
const FACTS = `SELECT ARRAY(SELECT name FROM pg_settings
    WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off') AS unsafe,
  current_setting('autovacuum')::boolean AS autovacuum,
  (${IS_READ_ONLY}) AS "readOnly",
  least(
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - coalesce(current_setting('reserved_connections', true)::int, 0)
      - (SELECT sum(numbackends) FROM pg_stat_database),
    nullif(r.rolconnlimit, -1) - (SELECT count(*) FROM pg_stat_activity WHERE usesysid = r.oid),
    nullif(d.datconnlimit, -1) - (SELECT numbackends FROM pg_stat_database WHERE datid = d.oid))::int AS room,
  (SELECT count(*)::int FROM pg_stat_activity
    WHERE application_name LIKE 'parley-watch-%' AND datname = d.datname) AS nodes
  FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = session_user`;

/** What is found of a database at an address; `facts` are null where its sessions are shared, which makes them nobody's. */
export interface ServerLook {
  pooler: 'none' | 'sessions' | 'shared';
  /** Why its sessions are of no use. */
  refusal: string | null;
  facts: ServerFacts | null;
}

/** Looks and changes nothing. @throws what node-postgres throws where the database cannot be reached or does not answer. */
export async function lookAtServer(url: string): Promise<ServerLook> {
  const session = await open(url);
  let pooler: ServerLook['pooler'] = 'none';
  try {
    await requireOwnSession(session, () => {
      pooler = 'sessions';
      return open(url);
    });
    await stateSettings(session);
    return { pooler, refusal: null, facts: await factsOf(session) };
  } catch (fault) {
    if (fault instanceof SharedSessionError) return { pooler: 'shared', refusal: fault.message, facts: null };
    throw fault;
  } finally {
    void session.end();
  }
}

async function factsOf(session: pg.Client): Promise<ServerFacts> {
  const common = await databaseFacts(plain(session));
  const { rows } = await session.query<Omit<ServerFacts, keyof DatabaseFacts | 'skewMs' | 'isEncrypted'>>(FACTS);
  const asked = Date.now();
  const { rows: clock } = await session.query<{ now: number }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
  );
  const [facts, now, answered] = [rows[0], clock[0]?.now ?? asked, Date.now()];
  if (!facts) throw new Error('It says nothing of itself');
  // Anywhere between question and answer it is right.
  const skewMs = Math.round(Math.max(0, asked - now, now - answered));
  return { ...common, ...facts, isEncrypted: isByTls(session), skewMs };
}

/** As this end sees it: what the server says is of its own connection, which a pooler may have opened. */
function isByTls(session: pg.Client): boolean {
  const { connection } = session as unknown as { connection: { stream: object } };
  return 'encrypted' in connection.stream;
}

async function open(url: string): Promise<pg.Client> {
  const session = new pg.Client({
    ...{ connectionString: url, application_name: 'parley-doctor' },
    ...{ connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS },
  });
  session.on('error', () => undefined);
  await session.connect();
  return session;
}
