import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readEnvironment } from '../src/config/environment.js';
import { openDatabases } from '../src/database/open.js';
import { EventReporter } from '../src/platform/telemetry/event-reporter.js';
import { createLog } from '../src/platform/telemetry/log.js';

/** A migrated, empty database of one's own. */
export interface TestDatabase {
  /** What makes a node use it. */
  env: Record<string, string>;
  remove(): Promise<void>;
}

export const MIGRATIONS = join(import.meta.dirname, '../../../drizzle');
const TEMPLATE_LOCK = 7_265_003_099;

/** Of the suite that runs, from `jest.config.mjs`. */
declare const PARLEY_ENGINE: 'embedded' | 'postgres';
export const ENGINE = PARLEY_ENGINE;

/** Copies a template that is migrated once for every state of the migrations. */
export function freshDatabase(): Promise<TestDatabase> {
  if (ENGINE === 'embedded') return freshDirectory();
  const url = process.env.PARLEY_TEST_POSTGRES_URL;
  if (!url) throw new Error('PARLEY_TEST_POSTGRES_URL names the server to make databases on.');
  return freshOnServer(url);
}

async function freshDirectory(): Promise<TestDatabase> {
  const template = join(tmpdir(), `parley-test-template-${fingerprint()}`);
  if (!existsSync(template)) await makeTemplate(template);
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  cpSync(template, directory, { recursive: true });
  return { env: { DATA_DIR: directory }, remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Made aside and renamed, so that of two test files that begin at once each finds a whole one. */
async function makeTemplate(template: string): Promise<void> {
  const draft = await mkdtemp(join(tmpdir(), 'parley-test-draft-'));
  await migrate({ DATA_DIR: draft });
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
}

async function freshOnServer(server: string): Promise<TestDatabase> {
  const template = `parley_template_${fingerprint()}`;
  const name = `parley_test_${randomBytes(8).toString('hex')}`;
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  await asAdmin(server, async (admin) => {
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) await makeTemplateOn(server, admin, template);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const remove = async () => {
    await asAdmin(server, (admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
    await rm(directory, { recursive: true, force: true });
  };
  return { env: { DATABASE_URL: named(server, name), DATA_DIR: directory }, remove };
}

/** An empty database on the test's Postgres, made with these options of CREATE DATABASE. */
export async function databaseWith(options: string): Promise<{ url: string; remove(): Promise<void> }> {
  const server = process.env.PARLEY_TEST_POSTGRES_URL ?? '';
  const name = `parley_test_${randomBytes(8).toString('hex')}`;
  await asAdmin(server, (admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ${options}`));
  const remove = () => asAdmin(server, (admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
  return { url: named(server, name), remove };
}

async function makeTemplateOn(server: string, admin: pg.Client, template: string): Promise<void> {
  const draft = `parley_draft_${randomBytes(8).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${draft}`);
  await migrate({ DATABASE_URL: named(server, draft) });
  await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}

/** Works with a session of its own. */
export async function asAdmin(server: string, work: (admin: pg.Client) => Promise<unknown>): Promise<void> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await work(admin).finally(() => admin.end());
}

async function migrate(env: Record<string, string>): Promise<void> {
  const databases = await openDatabases(readEnvironment(env), new EventReporter(createLog('silent')));
  await databases.close();
}

function named(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  const migrations = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
  for (const name of migrations.sort()) hash.update(name).update(readFileSync(join(MIGRATIONS, name)));
  hash.update(readFileSync(join(import.meta.dirname, '../src/database/embedded.ts')));
  return hash.digest('hex').slice(0, 12);
}
