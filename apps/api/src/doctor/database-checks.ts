import type { DatabaseFacts } from '../database/database-facts.js';
import { wordsOf } from '../database/faults.js';
import { CONNECTIONS_OF_A_NODE } from '../database/node-connections.js';
import { migrationsHere } from '../database/schema-state.js';
import { lookAtServer, type ServerFacts, type ServerLook } from '../database/server-facts.js';
import { type Check, doubtful, type Finding, findingsOf, good, wrong } from './finding.js';

const SKEW_MS = { doubtful: 2_000, wrong: 60_000 };
const MEGABYTE = 1_000_000;

/** Of either engine. */
export const COMMON: readonly Check<DatabaseFacts>[] = [
  ({ words, bytes }) => good(`PostgreSQL ${words}, with ${(bytes / MEGABYTE).toFixed(1)} MB on its disk.`),
  ({ encoding }) =>
    encoding === 'UTF8'
      ? good('It is encoded in UTF8.')
      : wrong(
          `It is encoded in ${encoding}, and has to be in UTF8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
        ),
  ({ knowsLetters }) =>
    knowsLetters === false
      ? doubtful(
          'By its locale only A to Z are letters: people called Ä… are not found by ä…. Make it with LOCALE "C.UTF-8".',
        )
      : null,
  ({ rules: { made, now } }) =>
    made === now
      ? null
      : doubtful(
          `Texts are sorted by version ${now} of its locale, and were by ${made} when its indexes were made: ` +
            'REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION.',
        ),
  ({ migrations, isNewer, mayCreate, schema, role }) => {
    const all = migrationsHere().length;
    const place = schema === null ? 'any schema' : `the schema ${schema}`;
    if (isNewer)
      return doubtful('Its tables are of a newer build, with which nodes of the version before that one can live.');
    if (migrations === null) return wrong('Its tables are of another build, which this one does not know.');
    if (migrations === all) return good(`The tables of this build are there, in ${place}.`);
    if (!mayCreate) return wrong(`The role ${role} may not make tables in ${place}.`);
    if (migrations === 0) return good(`The first node that starts will make its tables in ${place}.`);
    return good(`Its tables are of an older build: the first node that starts adds ${all - migrations} migrations.`);
  },
];

/** Of a server. */
export const OF_SERVERS: readonly Check<ServerFacts & { isLocal: boolean }>[] = [
  ({ readOnly }) => (readOnly ? wrong('It cannot be written to: it is a standby, or was set so.') : null),
  ({ unsafe }) =>
    unsafe.length === 0
      ? good('What it has confirmed is on its disk.')
      : wrong(`What it has confirmed may be lost with its power or its process: switch on ${unsafe.join(', ')}.`),
  ({ autovacuum }) =>
    autovacuum ? null : doubtful('autovacuum is off: its files grow without end, and it gets slow.'),
  ({ room }) => {
    const needed = `a node opens up to ${CONNECTIONS_OF_A_NODE}`;
    const sentence = `It takes ${Math.max(room, 0)} more connections of this role, and ${needed}.`;
    return room < CONNECTIONS_OF_A_NODE ? doubtful(sentence) : good(sentence);
  },
  ({ isEncrypted, isLocal }) =>
    isEncrypted || isLocal
      ? null
      : doubtful('The way there is not encrypted: add sslmode=verify-full to DATABASE_URL.'),
  ({ skewMs }) => {
    const sentence = `Its clock and the one of this machine are ${skewMs} ms apart.`;
    if (skewMs >= SKEW_MS.wrong) return wrong(`${sentence} Tokens are refused then, or end early.`);
    return skewMs >= SKEW_MS.doubtful ? doubtful(sentence) : good('Its clock and the one of this machine agree.');
  },
  ({ nodes }) => good(`Nodes that are connected to it: ${nodes}.`),
];

const POOLERS = {
  none: good('No pooler stands before it.'),
  sessions: good('A pooler stands before it, and pools by sessions.'),
};

/** @param url `postgres://…` */
export async function databaseFindings(url: string): Promise<Finding[]> {
  const of = 'database';
  let look: ServerLook;
  try {
    look = await lookAtServer(url);
  } catch (fault) {
    return [{ of, ...wrong(`It cannot be used: ${wordsOf(fault)}.`) }];
  }
  const { pooler, refusal, facts } = look;
  if (pooler === 'shared' || facts === null) return [{ of, ...wrong(refusal ?? 'It says nothing of itself.') }];
  const all = { ...facts, isLocal: isOnThisMachine(url) };
  return [{ of, ...POOLERS[pooler] }, ...findingsOf(of, all, COMMON), ...findingsOf(of, all, OF_SERVERS)];
}

function isOnThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === '' || hostname === 'localhost' || hostname.startsWith('127.') || hostname === '[::1]';
}
