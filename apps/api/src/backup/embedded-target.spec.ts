import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { embeddedTarget } from './embedded-target.js';

const dataDir = mkdtempSync(join(tmpdir(), 'parley-restore-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

it('restores nothing over a database of which a file is missing, and over nothing else that it does not know', async () => {
  const database = join(dataDir, 'postgres');
  mkdirSync(join(database, 'global'), { recursive: true });
  writeFileSync(join(database, 'global/pg_control'), 'all that is left');
  const before = readdirSync(database, { recursive: true });
  await expect(embeddedTarget(dataDir)).rejects.toThrow(/is not empty, and no whole database: PG_VERSION is missing/);
  expect(readdirSync(database, { recursive: true })).toEqual(before);
  expect(readdirSync(dataDir)).toEqual(['postgres']);
});
