import { execFile } from 'node:child_process';
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { PlainSession } from './plain-session.js';
import { schemaOf } from './schema-state.js';
import { statingSettings } from './session-settings.js';

/** A build of the embedded engine, as the npm registry has it. */
export interface EngineBuild {
  version: string;
  /** SHA-512 of the package. */
  integrity: string;
}

/** By the version of Postgres: the last build that opens such a directory. That of the present one is for releases to come. */
export const ENGINE_BUILDS: Readonly<Record<string, EngineBuild>> = {
  16: {
    version: '0.2.17',
    integrity: 'sha512-qEpKRT2oUaWDH6tjRxLHjdzMqRUGYDnGZlKrnL4dJ77JVMcP2Hpo3NYnOSPKdZdeec57B6QPprCUFg0picx5Pw==',
  },
  17: {
    version: '0.4.6',
    integrity: 'sha512-qmlmfN8UyKCee35qkV0r/MBp+Znl8FjBz7OpoglNvww3GJpw0/DLP0o1ZymvLNmcD5DTLOQdzKPtF8Hd3mdl1w==',
  },
  18: {
    version: '0.5.16',
    integrity: 'sha512-Nj8KcIsJL748W408U2N8q4+9IlONdpRIU8MJypIAAINMJ5nqKyqpX7Mgg/5XKkXiAib3AoZGR6hnJFlrlLBrcg==',
  },
};

const NAME = '@electric-sql/pglite';
const PLACE = `node_modules/${NAME}`;
/** The package is some 10 MB. */
const FETCH_MS = 300_000;

/** What all builds of the engine have in common. */
interface EngineModule {
  PGlite: { create(directory: string, options?: { database: string }): Promise<Engine> };
}

interface Engine {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  exec(text: string): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * A database by a build of the engine that may be another one than ours; it is made where there is none. What is fetched for it
 * is in `folder`, and stays there.
 * @throws with a sentence where the engine cannot be had.
 */
export async function openFormer(directory: string, build: EngineBuild, folder: string): Promise<PlainSession> {
  const program = join(await installed(build, folder), PLACE, 'dist/index.js');
  const { PGlite } = (await import(pathToFileURL(program).href)) as EngineModule;
  // Says who uses the directory, which our own lock does better; cut off, it would keep the engine from starting.
  rmSync(join(directory, 'postmaster.pid'), { force: true });
  // They take a link for no directory.
  const place = existsSync(directory) ? realpathSync(directory) : directory;
  const session = await sessionOf(await PGlite.create(place));
  const elsewhere = await otherDatabase(session);
  if (!elsewhere) return session;
  await session.close();
  return sessionOf(await PGlite.create(place, { database: elsewhere }));
}

async function sessionOf(engine: Engine): Promise<PlainSession> {
  await engine.exec(statingSettings());
  return {
    query: async <T>(text: string, values?: readonly unknown[]) =>
      (await engine.query(text, values && [...values])).rows as T[],
    exec: async (text) => void (await engine.exec(text)),
    close: () => engine.close(),
  };
}

/**
 * Builds before 0.4 kept everything in `template1`, and later ones look into `postgres` if they are not told otherwise.
 * @returns where else to look, if there is nothing of ours here.
 */
async function otherDatabase(session: PlainSession): Promise<string | undefined> {
  if ((await schemaOf(session)) !== null) return undefined;
  const found = await session.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname IN ('postgres', 'template1') AND datname <> current_database()`,
  );
  return found[0]?.name;
}

/** By `npm`, which accepts no other content than that of the lock file. @returns where it is. */
async function installed({ version, integrity }: EngineBuild, folder: string): Promise<string> {
  const place = join(folder, `pglite-${version}`);
  if (existsSync(join(place, PLACE, 'dist/index.js'))) return place;
  await mkdir(place, { recursive: true });
  const dependencies = { [NAME]: version };
  const packages = { '': { dependencies }, [PLACE]: { version, integrity } };
  await writeFile(join(place, 'package.json'), JSON.stringify({ private: true, dependencies }));
  await writeFile(join(place, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
  const options = { cwd: place, timeout: FETCH_MS, shell: process.platform === 'win32' };
  try {
    await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], options);
    return place;
  } catch (fault) {
    // Of what was cut off nothing is to be taken for whole.
    await rm(join(place, 'node_modules'), { recursive: true, force: true });
    throw new Error(
      `The engine that made it (${NAME} ${version}) cannot be had: ${reasonOf(fault)} Run npm ci --ignore-scripts in ${place}, ` +
        'or in a copy of it on a machine that reaches the npm registry, bring back what that makes, and start again.',
      { cause: fault },
    );
  }
}

function reasonOf(fault: unknown): string {
  const { code, stderr } = fault as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') return 'npm is not installed.';
  const [line] = (stderr ?? '').split('\n').filter((each) => /npm error (?!code|errno|A complete log)/.test(each));
  return line ?? String(fault);
}
