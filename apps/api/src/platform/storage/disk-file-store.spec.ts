import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DiskFileStore } from './disk-file-store.js';

const directory = mkdtempSync(join(tmpdir(), 'parley-disk-'));
const key = randomUUID();
const path = join(directory, key.slice(-2), key);
/** What was written through to the disk, in its order, and whether the content had its name by then. */
const synced: string[] = [];

let handles: FileHandle;
let sync: FileHandle['sync'];
beforeAll(async () => {
  const file = await open(import.meta.filename);
  handles = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  ({ sync } = handles);
  handles.sync = async function (this: FileHandle) {
    const isFolder = (await this.stat()).isDirectory();
    synced.push(`${isFolder ? 'a folder' : 'the content'}, ${existsSync(path) ? 'named' : 'not named'}`);
    return sync.call(this);
  };
});
afterAll(() => {
  handles.sync = sync;
  rmSync(directory, { recursive: true });
});

it('a content is on the disk before it has its name, and its name before it is said to be there', async () => {
  const store = new DiskFileStore(directory);
  async function* content(): AsyncGenerator<Buffer> {
    yield randomBytes(100_000);
  }
  await store.write(key, content());
  expect(synced.slice(-2)).toEqual(['the content, not named', 'a folder, named']);
});
