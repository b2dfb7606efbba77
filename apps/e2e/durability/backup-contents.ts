import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { freshDirectory } from '@parley/testkit';

/** What a backup has, unpacked by the system's own `tar`. */
export interface BackupContents {
  /** Lines of JSON by table, in order. */
  rows: Record<string, string[]>;
  /** Contents of files by their ids. */
  files: Record<string, Buffer>;
}

export function unpacked(path: string): BackupContents {
  const directory = freshDirectory('unpacked');
  try {
    execFileSync('tar', ['-xf', path, '-C', directory]);
    const tables = join(directory, 'tables');
    const rows = readdirSync(tables).map((table) => [table, linesIn(join(tables, table))] as const);
    const contents = join(directory, 'files');
    const names = existsSync(contents) ? readdirSync(contents) : [];
    const files = names.map((name) => [name, readFileSync(join(contents, name))] as const);
    return { rows: Object.fromEntries(rows), files: Object.fromEntries(files) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function linesIn(directory: string): string[] {
  const chunks = readdirSync(directory).map((name) => gunzipSync(readFileSync(join(directory, name))).toString());
  return chunks.join('').trimEnd().split('\n').toSorted();
}
