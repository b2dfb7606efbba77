import { spawn } from 'node:child_process';
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
import { basename, join } from 'node:path';
import { ROOT } from '@parley/testkit';
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
const MOST_PRINTED = 3_000;
/** One seed with small bounds of answers, and one without. */
const BASELINE = 2;

/**
 * Breaks a copy of the sources in each known way, and expects the fuzz to pass in the copy as it is, and to fail with
 * each mutation in one of seeds 1 to `seeds`. `only`: the number of the one mutation to try, from 1.
 */
export async function mutate(seeds: number, only?: number): Promise<boolean> {
  const chosen = MUTATIONS.filter((_, index) => only === undefined || index + 1 === only);
  if (chosen.length === 0) throw new Error(`There are ${MUTATIONS.length} mutations.`);
  const copy = mkdtempSync(join(tmpdir(), 'parley-mutated-'));
  // Also where a signal ends us.
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  copySources(copy);
  if (!(await passes(copy, seeds))) return false;
  let unseen = 0;
  for (const mutation of chosen) if (!(await isSeen(copy, mutation, seeds))) unseen += 1;
  console.log(unseen === 0 ? `${chosen.length} mutations, all seen.` : `${unseen} of ${chosen.length} were not seen.`);
  return unseen === 0;
}

async function passes(copy: string, seeds: number): Promise<boolean> {
  await compile(copy);
  const played = await run(copy, ['apps/e2e/dist/fuzz/main.js', '--seeds', String(Math.min(seeds, BASELINE))]);
  console.log(`${played.succeeded ? '✔' : '✘'} as it is: ${played.succeeded ? 'nothing found' : 'faults found'}`);
  if (!played.succeeded) console.log(played.output.slice(-MOST_PRINTED));
  return played.succeeded;
}

/** Whether the fuzz fails in the copy with this mutation, by one of the oracles that have to see it. */
async function isSeen(copy: string, { name, patches, seenBy }: Mutation, seeds: number): Promise<boolean> {
  const files = [...new Set(patches.map(({ file }) => join(copy, file)))];
  const before = files.map((path) => [path, readFileSync(path, 'utf8')] as const);
  try {
    for (const { file, from, to } of patches) replace(join(copy, file), from, to);
    await compile(copy);
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { output } = await run(copy, ['apps/e2e/dist/fuzz/main.js', '--seed', String(seed)]);
      const faults = output.split('\n').filter((line) => /^ {4}\(\w\)/.test(line));
      const first = seenBy.flatMap((oracle) => faults.find((line) => line.trim().startsWith(oracle)) ?? [])[0];
      if (first) {
        const named = [...new Set(faults.map((line) => line.trim().slice(0, 3)))].join(' ');
        console.log(`✔ ${name}: seen by ${named} in seed ${seed}, ${faults.length} faults or more\n${first}`);
        return true;
      }
      // Anything else than a seed that was played is told.
      if (!/^[✔✘] seed/m.test(output)) console.log(output.slice(-MOST_PRINTED));
    }
    console.log(`✘ ${name}: not seen`);
    return false;
  } finally {
    for (const [path, text] of before) writeFileSync(path, text);
  }
}

function replace(path: string, from: string, to: string): void {
  const parts = readFileSync(path, 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${path} has this ${parts.length - 1} times, not once:\n${from}`);
  writeFileSync(path, parts.join(to));
}

async function compile(copy: string): Promise<void> {
  const { succeeded, output } = await run(copy, ['node_modules/typescript/bin/tsc', '-b']);
  if (!succeeded) throw new Error(`The copy does not compile:\n${output}`);
}

/** Runs a script of the copy to its end. */
function run(copy: string, args: string[]): Promise<{ succeeded: boolean; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ succeeded: boolean; output: string }>();
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.kill();
  process.once('exit', end);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.once('error', reject);
  child.once('close', (code) => {
    process.off('exit', end);
    resolve({ succeeded: code === 0, output });
  });
  return promise;
}

function copySources(copy: string): void {
  const filter = (path: string) => basename(path) !== 'node_modules';
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true, filter });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // Links between packages are relative: copied as they are, they lead to the copy's own.
  for (const group of ['apps', 'packages']) {
    for (const workspace of readdirSync(join(ROOT, group))) {
      const links = join(group, workspace, 'node_modules');
      if (!existsSync(join(ROOT, links))) continue;
      mkdirSync(join(copy, group, workspace), { recursive: true });
      cpSync(join(ROOT, links), join(copy, links), { recursive: true, verbatimSymlinks: true, force: true });
    }
  }
}
