import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../config/environment.js';
import { loadKeys } from './keys.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-keys-'));
});
afterEach(() => rm(directory, { recursive: true }));

const load = (env: Record<string, string> = {}) =>
  loadKeys(readEnvironment({ DATA_DIR: join(directory, 'data'), ...env }));

describe('keys', () => {
  it('§8: come from JWT_SECRET, and then nothing is written', async () => {
    const keys = await load({ JWT_SECRET: 'a secret of some length' });
    expect(keys.signing).toBe('a secret of some length');
    await expect(stat(join(directory, 'data'))).rejects.toThrow('ENOENT');
  });

  it('§8: are otherwise made once, also by ten who start at once, for the owner alone', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => load()));
    expect(new Set(all.map(({ signing }) => signing)).size).toBe(1);
    expect(all[0]?.signing.length).toBeGreaterThanOrEqual(64);
    const path = join(directory, 'data', 'jwt-secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path, 'utf8')).trim()).toBe((await load()).signing);
  });

  it.each(['', '\n', 'cut off'])('are not made of a file that lost its content: %j', async (content) => {
    await mkdir(join(directory, 'data'));
    await writeFile(join(directory, 'data', 'jwt-secret'), content);
    await expect(load()).rejects.toThrow(/jwt-secret is empty or cut off/);
  });

  it('differ by purpose', async () => {
    const keys = await load();
    expect(keys.derive('one')).toHaveLength(32);
    expect(keys.derive('one')).toEqual(keys.derive('one'));
    expect(keys.derive('one')).not.toEqual(keys.derive('two'));
  });
});
