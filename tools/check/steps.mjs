// What `npm run check` looks at. Every step is a command that prints its findings and fails if there are any.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { node, root } from '../prepare.mjs';

const packaged = (path) => join(root, 'node_modules', path);
const own = (name) => [node, join(root, 'tools/check', name)];
const tsc = [node, packaged('typescript/bin/tsc')];
const plain = ['--pretty', 'false'];
const biome = [node, packaged('@biomejs/biome/bin/biome'), 'check', '--max-diagnostics=1000', '--reporter=summary'];
/** Reads every Python file, and writes nothing. */
const PYTHON = `import ast, pathlib, sys
for folder in sys.argv[1:]:
    for path in pathlib.Path(folder).rglob('*.py'):
        if 'node_modules' not in path.parts: ast.parse(path.read_bytes(), str(path))`;
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', packaged('jest/bin/jest.js')];

/** Formats everything: what `--fix` does. */
export const FORMAT = [...biome, '--write'];

/** Name, command and, where it does not always apply, a condition; `shows`: what it prints is worth reading anyway. */
export const STEPS = [
  { name: 'format', command: biome, hint: '`npm run check -- --fix` formats.' },
  // The build comes before everything that reads what other packages compiled to.
  { name: 'types', command: [...tsc, '-b', ...plain] },
  { name: 'types-of-tests', command: [...tsc, '-p', 'tsconfig.check.json', ...plain] },
  {
    name: 'types-of-web',
    command: [...tsc, '-p', 'apps/web/tsconfig.json', '--noEmit', ...plain],
    applies: () => existsSync(join(root, 'apps/web/tsconfig.json')),
  },
  { name: 'types-of-examples', command: [...tsc, '-p', 'docs/examples/tsconfig.json', ...plain] },
  { name: 'size', command: [node, join(root, 'tools/size.mjs')], shows: true },
  { name: 'lint', command: [node, packaged('oxlint/bin/oxlint'), '--format=unix'] },
  { name: 'imports', command: own('imports.mjs') },
  { name: 'budgets', command: own('budgets.mjs'), shows: true },
  { name: 'names', command: own('names.mjs') },
  { name: 'ids', command: own('ids.mjs') },
  {
    name: 'documents',
    command: [node, join(root, 'tools/docs.mjs'), '--check'],
    hint: '`npm run docs` writes the tables of docs/protocol.md.',
  },
  { name: 'dead-code', command: [node, packaged('knip/bin/knip.js'), '--no-config-hints', '--no-progress'] },
  {
    name: 'python',
    command: [
      'python3',
      '-c',
      PYTHON,
      'packages/python-client',
      'apps/e2e/python',
      'apps/e2e/conformance',
      'docs/examples',
    ],
    applies: () => spawnSync('python3', ['--version']).status === 0,
  },
  { name: 'migrations', command: own('migrations.mjs') },
  { name: 'unit', command: [node, ...jest, '--selectProjects', 'unit', 'server', '--silent'] },
];
