import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { Config } from '../config/config.js';
import { wordsOf } from '../database/faults.js';
import { openFileStore } from '../platform/storage/open-file-store.js';
import { error, type Finding, ok } from './finding.js';

const BYTES = 1_000;

/** Of S3: a content of its own is written, read and removed. */
export async function storeFindings(config: Config): Promise<Finding[]> {
  const { s3 } = config.files;
  if (s3 === null || !config.files.isOn) return [];
  const part = 's3';
  const store = await openFileStore(config);
  const [key, content] = [randomUUID(), randomBytes(BYTES)];
  try {
    await store.write(key, once(content));
    const read = await store.read(key, { start: 0, end: BYTES - 1 }).then(buffer);
    await store.remove(key);
    if (!read.equals(content))
      return [{ part, ...error(`The bucket ${s3.bucket} gives back something else than it was given.`) }];
    return [{ part, ...ok(`The bucket ${s3.bucket} takes a content, gives it back, and removes it.`) }];
  } catch (fault) {
    // It may have been written, whatever was answered, and nobody else would ever remove it.
    await store.remove(key).catch(() => undefined);
    return [{ part, ...error(`The bucket ${s3.bucket} cannot be used: ${wordsOf(fault)}.`) }];
  } finally {
    store.close();
  }
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
