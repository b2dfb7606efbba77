import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../prepare.mjs';

const NOT_OURS = new Set(['node_modules', '__pycache__', 'dist', '.git', 'data', 'coverage', 'bench-results']);

/** What a check looks at: this repository, or the directory that it is given. */
export const house = process.argv[2] ?? root;

/** Every file of the house that people write, as paths from its root with forward slashes. */
export function sources(directory = house) {
  const found = [];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) found.push(...sources(path));
    else if (entry.isFile()) found.push(relative(house, path).replaceAll('\\', '/'));
  }
  return found.sort();
}

export const isTest = (path) => /\.spec\.(tsx?|mjs)$/.test(path) || path.startsWith('apps/api/test/');

/** Ends a check: prints what it found, one line each, and fails if there is anything. */
export function conclude(findings, summary) {
  for (const finding of findings) console.log(finding);
  if (summary) console.log(summary);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
