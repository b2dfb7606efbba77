import { join } from 'node:path';
import type { Config } from '../../config/config.js';
import { DiskFileStore } from './disk-file-store.js';
import type { FileStore } from './file-store.js';

/** Where this deployment has the contents of its files. */
export async function openFileStore({ dataDir, files: { s3 } }: Pick<Config, 'dataDir' | 'files'>): Promise<FileStore> {
  if (!s3) return new DiskFileStore(join(dataDir, 'files'));
  // The client is large, and loaded by those only that need it.
  const { S3FileStore } = await import('./s3-file-store.js');
  return new S3FileStore(s3, join(dataDir, 'spool'));
}
