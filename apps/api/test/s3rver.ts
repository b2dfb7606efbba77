import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import S3rver from 's3rver';

/** `s3rver` in this process, with the bucket `files`, also as `files.s3.localhost`; port 0 is any that is free. */
export const s3On = (port: number, directory: string): S3rver =>
  new S3rver({
    ...{ address: '127.0.0.1', port, silent: true, directory, serviceEndpoint: 'localhost' },
    configureBuckets: [{ name: 'files', configs: [] }],
  });

/** What a node needs to keep its files there. */
export const s3Settings = (port: number): Record<string, string> => ({
  ...{ S3_ENDPOINT: `http://127.0.0.1:${port}`, S3_BUCKET: 'files' },
  ...{ S3_ACCESS_KEY: 'S3RVER', S3_SECRET_KEY: 'S3RVER' },
});

/** The keys of all contents that it keeps in this directory. */
export function keysIn(directory: string): string[] {
  const folder = join(directory, 'files', 'files');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return [...new Set(names.map((name) => name.split('.')[0] ?? ''))].toSorted();
}
