import { latestNote } from './migration-notes.js';
import type { Queries } from './plain-session.js';
import { migrationsHere, placeOf } from './schema-state.js';

/** What a database says of itself, on either engine. */
export interface DatabaseFacts {
  /** `15`. */
  version: number;
  /** As its makers write it. */
  words: string;
  encoding: string;
  /** Whether it knows which letter `Ä` is the capital of; null where its encoding has no such letters. */
  knowsLetters: boolean | null;
  /** Of the rules by which its texts are sorted: when its indexes were made, and now. Null: they have none. */
  rules: { made: string | null; now: string | null };
  role: string;
  /** Where tables are made that are not told where; null: nowhere. */
  schema: string | null;
  mayCreate: boolean;
  /** How many of this build's migrations its tables have; 0: there are none; null: they are of another build. */
  migrations: number | null;
  /** Whether that other build is a newer one. */
  isNewer: boolean;
  /** Of its files. */
  bytes: number;
}

const OLDEST = 15;

/** By itself: an older one does not know all that is asked below. */
const VERSION = `SELECT current_setting('server_version_num')::int / 10000 AS version,
  current_setting('server_version') AS words`;

const FACTS = `SELECT current_setting('server_encoding') AS encoding,
  json_build_object('made', d.datcollversion, 'now', pg_database_collation_actual_version(d.oid)) AS rules,
  current_user::text AS role,
  current_schema()::text AS schema,
  coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayCreate",
  pg_database_size(d.oid)::float8 AS bytes
  FROM pg_database d WHERE d.datname = current_database()`;

/** Whether Ä becomes ä. Asked of a database in UTF8 only: others may lack the letters. */
const LETTERS = 'SELECT lower(chr(196)) = chr(228) AS know';

type AskedApart = 'version' | 'words' | 'knowsLetters' | 'migrations' | 'isNewer';

/** Looks and changes nothing. @param session one that has stated its settings. @throws where it is too old. */
export async function databaseFacts(session: Queries): Promise<DatabaseFacts> {
  const [is] = await session.query<Pick<DatabaseFacts, 'version' | 'words'>>(VERSION);
  if (is && is.version < OLDEST) throw new Error(`PostgreSQL ${is.words} is too old, ${OLDEST} or later is needed`);
  const [facts] = await session.query<Omit<DatabaseFacts, AskedApart>>(FACTS);
  if (!is || !facts) throw new Error('It says nothing of itself');
  const letters = facts.encoding === 'UTF8' ? await session.query<{ know: boolean }>(LETTERS) : [];
  const [latest, here] = [await latestNote(session), migrationsHere()];
  const migrations = placeOf(latest?.hash ?? null, here);
  const isNewer = migrations === null && here.every(({ folderMillis }) => folderMillis < (latest?.at ?? 0));
  return { ...is, ...facts, knowsLetters: letters[0]?.know ?? null, migrations, isNewer };
}
