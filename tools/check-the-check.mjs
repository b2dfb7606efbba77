// Plants a violation of every rule in a copy of the repository and expects `npm run check` and `npm test` to name each.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PLANTS, TEST_PLANTS } from './check/plants.mjs';
import { sources } from './check/sources.mjs';
import { STEPS } from './check/steps.mjs';
import { environment, install, node, root } from './prepare.mjs';

install();
const copy = mkdtempSync(join(tmpdir(), 'parley-check-'));
let failed = 0;
try {
  copyHouse();
  for (const { name } of STEPS) {
    const plants = PLANTS.filter(({ step }) => step === name);
    if (plants.length === 0) tell(false, `${name}: nothing is planted for this step`);
    else prove(plants, name, ['tools/check.mjs', name]);
  }
  for (const planted of TEST_PLANTS) prove([planted], 'npm test', ['tools/test.mjs', ...planted.args], planted.env);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(
  failed === 0
    ? `${PLANTS.length + TEST_PLANTS.length} violations planted, all of them found.`
    : `${failed} not found.`,
);
process.exitCode = failed === 0 ? 0 : 1;

/** Plants all violations of a step at once, runs it, and takes them out again. */
function prove(plants, what, [script, ...args], env = {}) {
  const before = new Map();
  for (const { files } of plants) {
    for (const [path, text] of Object.entries(files)) write(join(copy, path), text, before);
  }
  const options = { cwd: copy, env: { ...environment, ...env }, encoding: 'utf8', maxBuffer: 1e9 };
  const done = spawnSync(node, [join(copy, script), ...args], options);
  const output = `${done.stdout}${done.stderr}`;
  for (const { says } of plants) tell(done.status === 1 && says.test(output), `${what}: ${plainly(says)}`);
  if (!plants.every(({ says }) => says.test(output))) console.log(output);
  for (const [path, text] of before) {
    if (text === null) rmSync(path);
    else writeFileSync(path, text);
  }
}

/** A text that is a function changes what is there. */
function write(path, text, before) {
  const present = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (!before.has(path)) before.set(path, present);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof text === 'function' ? text(present) : text);
}

function copyHouse() {
  for (const path of sources()) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // Links between packages are relative, so they lead to the copy's own; what was compiled saves compiling again.
  const workspaces = new Set(sources().map((path) => /^(apps|packages)\/[^/]+/.exec(path)?.[0]));
  workspaces.delete(undefined);
  for (const workspace of workspaces) {
    for (const folder of ['node_modules', 'dist']) {
      const from = join(root, workspace, folder);
      if (existsSync(from)) cpSync(from, join(copy, workspace, folder), { recursive: true, verbatimSymlinks: true });
    }
  }
}

/** What a pattern looks for, for people. */
function plainly({ source }) {
  return source
    .replaceAll('[.]', '.')
    .replaceAll('\\', '')
    .replaceAll(/\.\*|\[\^\]\*/g, ' … ');
}

function tell(found, what) {
  if (!found) failed += 1;
  console.log(`${found ? '✔' : '✘'} ${what}`);
}
