import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DatabaseReporter } from './database-reporter.js';
import { isFixed } from './durable-files.js';
import { EmbeddedClient } from './embedded-client.js';
import { engineOf, PRESENT_ENGINE } from './engine-version.js';
import { ENGINE_BUILDS, openFormer } from './former-engine.js';
import { embeddedSession, type PlainSession } from './plain-session.js';
import { migrationsHere, placeOf, runMigrations, schemaOf } from './schema-state.js';
import { syncDirectory, syncPlaceOf, syncTree } from './synced.js';
import { advanceNumbers, insertRows, rowsIn, tablesIn, tablesWithRows } from './table-rows.js';

const MARK = 'PG_VERSION';
/** What a disk of its own may come with. */
const OF_THE_DISK = 'lost+found';
/** After so many characters of rows the log of the engine is begun anew: it would grow as large as all of them. */
const LOG_CHARACTERS = 67_108_864;

/** Where what comes of a database is while it is made, once it is whole, and where the old one is kept. */
function placesOf(database: string) {
  const at = (name: string) => (isFixed(database) ? join(database, name) : `${database}.${name}`);
  return { draft: at('moving'), whole: at('moved'), placing: at('placing'), kept: at(`before-${PRESENT_ENGINE}`) };
}

/**
 * Moves a database that another version of the engine has made over to the present one, row by row: the old engine reads it, and
 * its files stay beside the new ones. Cut off anywhere, the next start goes on. The caller holds the directory.
 * @throws with a sentence where it cannot be, and leaves the database as it was.
 */
export async function moveToPresentEngine(database: string, reporter: DatabaseReporter): Promise<void> {
  const places = placesOf(database);
  const version = engineOf(database);
  if (version === PRESENT_ENGINE) return;
  if (version !== null) {
    // Whatever was made of it before is made anew: an older release may have gone on with it meanwhile.
    reporter.databaseMoving(version, PRESENT_ENGINE);
    await copyWhole(database, version);
  } else if (![places.whole, places.placing].some((each) => existsSync(join(each, MARK)))) return;
  await takePlace(database);
  await rm(enginesOf(database), { recursive: true, force: true });
  reporter.databaseMoved(places.kept);
}

/** What is fetched for it. */
const enginesOf = (database: string): string => join(dirname(database), 'engines');

async function copyWhole(database: string, version: string): Promise<void> {
  const { draft, whole, kept } = placesOf(database);
  const build = Number(version) < Number(PRESENT_ENGINE) ? ENGINE_BUILDS[version] : undefined;
  const sentence = `The database in ${database} was made by Postgres ${version}, and this version of Parley has ${PRESENT_ENGINE}.`;
  if (!build) throw new Error(`${sentence} Start the version of Parley that made it, or restore a backup.`);
  // Where the start before was cut off at once it is empty, and else it stays.
  await rmdir(kept).catch(() => undefined);
  if (existsSync(kept))
    throw new Error(`${sentence} It would be kept as ${kept}, which is there already: move that away.`);
  for (const each of [draft, whole]) await rm(each, { recursive: true, force: true });
  const former = await openFormer(database, build, enginesOf(database)).catch((fault: unknown) => {
    // Old builds throw what is no error.
    throw new Error(`${sentence} ${fault instanceof Error ? fault.message : 'Its engine cannot open it.'}`, {
      cause: fault,
    });
  });
  try {
    // Old builds sync nothing of what they write when they open and close it.
    syncTree(database);
    if ((await schemaOf(former)) === null) throw new Error('it has no tables of Parley.');
    await copyInto(draft, former);
  } catch (fault) {
    await rm(draft, { recursive: true, force: true });
    throw new Error(`${sentence} It could not be moved over, and is as it was: ${(fault as Error).message}`, {
      cause: fault,
    });
  } finally {
    await former.close();
    syncTree(database);
  }
  syncTree(draft);
  await rename(draft, whole);
  syncPlaceOf(whole);
}

/** All rows of a database into one that is made for them. */
async function copyInto(directory: string, from: PlainSession): Promise<void> {
  const to = await embeddedSession(await EmbeddedClient.openUnsynced(directory));
  try {
    await copyDatabase(from, to);
  } finally {
    await to.close();
  }
}

/**
 * All rows of one database into another one, which is empty: into the tables of the same migration. The tests make older
 * databases by it.
 * @public
 */
export async function copyDatabase(from: PlainSession, to: PlainSession): Promise<void> {
  await from.exec('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const migrations = migrationsHere();
  const place = placeOf(await schemaOf(from), migrations);
  if (place === null) throw new Error('a newer version of Parley has set up its tables.');
  await runMigrations(to, migrations.slice(0, place));
  const tables = await tablesIn(from);
  for (const table of await tablesWithRows(to, tables)) await to.exec(`DELETE FROM ${table}`);
  let logged = 0;
  for (const table of tables) {
    for await (const { lines } of rowsIn(from, table)) {
      await insertRows(to, table, lines);
      logged += lines.length;
      if (logged < LOG_CHARACTERS) continue;
      logged = 0;
      await to.exec('CHECKPOINT');
    }
    await advanceNumbers(to, table);
    await to.exec(`ANALYZE ${table}`);
  }
  await from.exec('COMMIT');
  await to.exec('CHECKPOINT');
}

/** Each step is one that the next start can go on after. While the old database has its mark all of it is in its place. */
async function takePlace(database: string): Promise<void> {
  const { whole, placing, kept } = placesOf(database);
  if (!isFixed(database)) {
    if (existsSync(database)) await rename(database, kept);
    await rename(whole, database);
    return syncPlaceOf(database);
  }
  // A disk of its own cannot be renamed: what is in it is. The old mark goes first, and the new one comes last.
  if (existsSync(whole)) {
    await mkdir(kept, { recursive: true, mode: 0o700 });
    if (existsSync(join(database, MARK))) await rename(join(database, MARK), join(kept, MARK));
    for (const each of [kept, database]) syncDirectory(each);
    for (const name of await readdir(database)) {
      if (name === OF_THE_DISK || [whole, kept].includes(join(database, name))) continue;
      await rename(join(database, name), join(kept, name));
    }
    await rename(whole, placing);
  }
  for (const name of (await readdir(placing)).filter((each) => each !== MARK))
    await rename(join(placing, name), join(database, name));
  syncDirectory(database);
  await rename(join(placing, MARK), join(database, MARK));
  await rm(placing, { recursive: true });
  syncTree(database);
}
