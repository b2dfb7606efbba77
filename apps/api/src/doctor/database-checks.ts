import type { DatabaseFacts } from '../database/database-facts.js';
import { wordsOf } from '../database/faults.js';
import { CONNECTIONS_OF_A_NODE } from '../database/node-connections.js';
import { migrationsHere } from '../database/schema-state.js';
import { lookAtServer, type ServerFacts, type ServerLook } from '../database/server-facts.js';
import { type Check, error, type Finding, findingsOf, ok, warning } from './finding.js';

const SKEW_MS = { warning: 2_000, error: 60_000 };
const MEGABYTE = 1_000_000;

/** Of either engine. */
export const COMMON: readonly Check<DatabaseFacts>[] = [
  ({ words, bytes }) => ok(`PostgreSQL ${words}, with ${(bytes / MEGABYTE).toFixed(1)} MB on its disk.`),
  ({ encoding }) =>
    encoding === 'UTF8'
      ? ok('It is encoded in UTF8.')
      : error(
          `It is encoded in ${encoding}, and has to be in UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
        ),
  ({ knowsLetters }) =>
    knowsLetters === false
      ? warning(
          'By its locale only A to Z are letters: people called Ä… are not found by ä…. Make it with LOCALE "C.UTF-8".',
        )
      : null,
  ({ rules: { made, now } }) =>
    made === now
      ? null
      : warning(
          `Texts are sorted by version ${now} of its locale, and were by ${made} when its indexes were made: ` +
            'REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION.',
        ),
  ({ migrations, isNewer, mayCreate, schema, role }) => {
    const all = migrationsHere().length;
    const place = schema === null ? 'any schema' : `the schema ${schema}`;
    if (isNewer)
      return warning('Its tables are of a newer build, with which nodes of the version before that one can live.');
    if (migrations === null) return error('Its tables are of another build, which this one does not know.');
    if (migrations === all) return ok(`The tables of this build are there, in ${place}.`);
    if (!mayCreate) return error(`The role ${role} may not make tables in ${place}.`);
    if (migrations === 0) return ok(`The first node that starts will make its tables in ${place}.`);
    return ok(`Its tables are of an older build: the first node that starts adds ${all - migrations} migrations.`);
  },
];

/** Of a server. */
export const OF_SERVERS: readonly Check<ServerFacts & { isLocal: boolean }>[] = [
  ({ readOnly }) => (readOnly ? error('It cannot be written to: it is a standby, or was set so.') : null),
  ({ unsafe }) =>
    unsafe.length === 0
      ? ok('What it has confirmed is on its disk.')
      : error(`What it has confirmed may be lost with its power or its process: switch on ${unsafe.join(', ')}.`),
  ({ autovacuum }) => (autovacuum ? null : warning('autovacuum is off: its files grow without end, and it gets slow.')),
  ({ room }) => {
    const needed = `a node opens up to ${CONNECTIONS_OF_A_NODE}`;
    const sentence = `It takes ${Math.max(room, 0)} more connections of this role, and ${needed}.`;
    return room < CONNECTIONS_OF_A_NODE ? warning(sentence) : ok(sentence);
  },
  ({ isEncrypted, isLocal }) =>
    isEncrypted || isLocal ? null : warning('The way there is not encrypted: add sslmode=verify-full to DATABASE_URL.'),
  ({ skewMs }) => {
    const sentence = `Its clock and the one of this machine are ${skewMs} ms apart.`;
    if (skewMs >= SKEW_MS.error) return error(`${sentence} Tokens are refused then, or end early.`);
    return skewMs >= SKEW_MS.warning ? warning(sentence) : ok('Its clock and the one of this machine agree.');
  },
  ({ nodes }) => ok(`Nodes that are connected to it: ${nodes}.`),
];

const POOLERS = {
  none: ok('No pooler stands before it.'),
  sessions: ok('A pooler stands before it, and pools by sessions.'),
};

/** @param url `postgres://…` */
export async function databaseFindings(url: string): Promise<Finding[]> {
  const part = 'database';
  let look: ServerLook;
  try {
    look = await lookAtServer(url);
  } catch (fault) {
    return [{ part, ...error(`It cannot be used: ${wordsOf(fault)}.`) }];
  }
  const { pooler, refusal, facts } = look;
  if (pooler === 'shared' || facts === null) return [{ part, ...error(refusal ?? 'It says nothing of itself.') }];
  const all = { ...facts, isLocal: isOnThisMachine(url) };
  return [{ part, ...POOLERS[pooler] }, ...findingsOf(part, all, COMMON), ...findingsOf(part, all, OF_SERVERS)];
}

function isOnThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === '' || hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
}
