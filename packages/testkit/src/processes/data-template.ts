import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { freshDirectory, ROOT } from './places.js';

/** What an empty database is made from. */
const SOURCES = ['drizzle', 'apps/api/dist/database/embedded.js', 'pnpm-lock.yaml'].map((path) => join(ROOT, path));
/** The embedded database's part of a data directory; the node's secret stands beside it and is not copied. */
const DATABASE = 'postgres';

/**
 * A fresh data directory whose embedded database is migrated and empty. `firstStart` makes the first one by starting a
 * node on a directory and ending it; the others are copies, which costs a hundredth of that.
 */
export async function migratedDirectory(firstStart: (directory: string) => Promise<void>): Promise<string> {
  const template = join(tmpdir(), `parley-template-${fingerprint()}`);
  if (!existsSync(template)) await makeTemplate(template, firstStart);
  const directory = freshDirectory('data');
  cpSync(template, join(directory, DATABASE), { recursive: true });
  return directory;
}

/** Made aside and renamed, so that of two test files that begin at once each finds a whole one. */
async function makeTemplate(template: string, firstStart: (directory: string) => Promise<void>): Promise<void> {
  const draft = freshDirectory('draft');
  try {
    await firstStart(draft);
    await rename(join(draft, DATABASE), template).catch((fault: unknown) => {
      if (!existsSync(template)) throw fault;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesIn)) hash.update(relative(ROOT, file)).update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}

function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
}
