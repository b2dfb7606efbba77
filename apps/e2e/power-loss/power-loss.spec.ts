import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ParleyNode, ROOT } from '@parley/testkit';
import { CutWriter } from './cut-writer.js';
import { PROMISES, promise } from './promises.js';

let directory: string;
beforeEach(async () => {
  directory = await ParleyNode.directory();
});
afterEach(() => rmSync(directory, { recursive: true }));

it('G1: the embedded database keeps what it has committed when the power is cut, and opens each time', async () => {
  const writer = new CutWriter(directory);
  let acked = 0;
  // In the middle of writing, in the recovery from that, and in the middle again.
  for (const seed of [9, 44, 21]) {
    const cut = await writer.cut(seed);
    expect(cut.lost).toEqual([]);
    acked += cut.acked;
  }
  expect(acked).toBeGreaterThan(20);
  expect(await writer.check()).toEqual([]);
}, 180_000);

it('a directory of a build that synced nothing is opened as it is, though that build was killed', async () => {
  // Resolved from the API: only it depends on the engine.
  const engine = createRequire(join(ROOT, 'apps/api/package.json')).resolve('@electric-sql/pglite');
  const { PGlite } = (await import(pathToFileURL(engine).href)) as {
    PGlite: { create(directory: string): Promise<{ exec(sql: string): Promise<unknown> }> };
  };
  const former = await PGlite.create(join(directory, 'postgres'));
  await former.exec(`${PROMISES}; ${promise(1)}; ${promise(2)}`);
  const writer = new CutWriter(directory);
  await writer.check();
  expect(writer.found).toEqual({ last: 2, whole: 2 });
}, 120_000);
