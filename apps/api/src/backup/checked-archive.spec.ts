import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ArchiveWriter } from './archive-writer.js';
import { checkArchive } from './checked-archive.js';
import { END, endOf, HEADER, headerOf } from './manifest.js';
import { Progress } from './progress.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'parley-archive-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A backup that is whole, with one content of this name. */
async function backupWith(name: string): Promise<string> {
  const path = join(directory, randomUUID());
  const archive = await ArchiveWriter.create(path);
  await archive.add(HEADER, headerOf({ version: '1', schema: 'of today', epoch: randomUUID(), madeAt: 'today' }));
  await archive.add(name, Buffer.from('a content'));
  const contents = { count: 1, bytes: 9, missing: 0 };
  await archive.add(END, endOf({ rows: {}, contents, sha256: archive.sha256 }));
  await archive.finish();
  return path;
}

it('refuses a backup whose contents would be written to a path of its choice', async () => {
  for (const name of ['files/../../of-somebody-else', 'files//etc/passwd', 'files/', `files/${randomUUID()}/..`]) {
    await expect(checkArchive(await backupWith(name), new Progress())).rejects.toThrow(
      /has no id\): nothing was restored/,
    );
  }
  const { end } = await checkArchive(await backupWith(`files/${randomUUID()}`), new Progress());
  expect(end.contents.count).toBe(1);
});
