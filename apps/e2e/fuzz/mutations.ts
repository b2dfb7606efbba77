import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../harness/places.js';
import { MUTATIONS, type Mutation } from './mutation-list.js';

const COPIED = [
  'apps',
  'packages',
  'drizzle',
  'package.json',
  'pnpm-workspace.yaml',
  'tsconfig.json',
  'tsconfig.base.json',
];

/** Breaks a copy of the sources in each known way, and expects the fuzz to fail there, and to pass in the copy as it is. */
export async function mutate(seeds: number, only?: number): Promise<boolean> {
  const copy = mkdtempSync(join(tmpdir(), 'parley-mutated-'));
  try {
    copySources(copy);
    const chosen = MUTATIONS.filter((_, index) => only === undefined || index + 1 === only);
    return chosen.map((mutation) => proves(copy, mutation, seeds)).every(Boolean);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Whether the fuzz fails in the copy with this mutation, by one of the oracles that have to see it. */
function proves(copy: string, mutation: Mutation, seeds: number): boolean {
  const before = mutation.patches.map(
    ({ file }) => [join(copy, file), readFileSync(join(copy, file), 'utf8')] as const,
  );
  for (const patch of mutation.patches) replace(join(copy, patch.file), patch.from, patch.to);
  try {
    run(copy, ['node_modules/typescript/bin/tsc', '-b']);
    const played = run(copy, ['apps/e2e/dist/fuzz/main.js', '--seeds', String(seeds)], false);
    const named = [...new Set(played.match(/^ {4}\(\w\)/gm))].map((line) => line.trim());
    const isSeen = mutation.seenBy.some((oracle) => named.includes(oracle));
    console.log(`${isSeen ? '✔' : '✘'} ${mutation.name}: ${isSeen ? `seen by ${named.join(' ')}` : 'not seen'}`);
    const first = played.split('\n').find((line) => mutation.seenBy.some((oracle) => line.startsWith(`    ${oracle}`)));
    console.log(first ?? played.slice(-2000));
    return isSeen;
  } finally {
    for (const [path, text] of before) writeFileSync(path, text);
  }
}

function replace(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${path} has this ${parts.length - 1} times, not once:\n${from}`);
  writeFileSync(path, parts.join(to));
}

/** Runs a script of the copy to its end; answers what it printed. */
function run(copy: string, args: string[], mustSucceed = true): string {
  const done = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', maxBuffer: 1e9 });
  const output = `${done.stdout}${done.stderr}`;
  if (mustSucceed && done.status !== 0) throw new Error(`${args.join(' ')} failed:\n${output}`);
  return output;
}

function copySources(copy: string): void {
  const filter = (path: string) => !path.endsWith('/node_modules');
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // Links between packages are relative: copied as they are, they lead to the copy's own.
  for (const group of ['apps', 'packages']) {
    for (const workspace of readdirSync(join(ROOT, group))) {
      const links = join(group, workspace, 'node_modules');
      if (!existsSync(join(ROOT, links))) continue;
      mkdirSync(dirname(join(copy, links)), { recursive: true });
      cpSync(join(ROOT, links), join(copy, links), { recursive: true, verbatimSymlinks: true, force: true });
    }
  }
}
