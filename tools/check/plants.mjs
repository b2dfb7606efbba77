// One violation of each rule: what is planted, and by which words the step has to name it.
import { createHash } from 'node:crypto';
import { IMPORT_PLANTS } from './plants-imports.mjs';

const long = (lines, indent = '') => Array.from({ length: lines }, (_, n) => `${indent}void ${n};`).join('\n');
const longFunction = (name, lines) => `export function ${name}() {\n${long(lines - 2, '  ')}\n}\n`;
const component = (name, lines) =>
  `export function ${name}() {\n${long(lines - 3, '  ')}\n  return <p>planted</p>;\n}\n`;

/** Enough files and functions, each within its limit, to lift the 95th percentiles over theirs. */
const lengthy = Object.fromEntries(
  Array.from({ length: 150 }, (_, file) => {
    const functions = Array.from({ length: 6 }, (_unused, n) => longFunction(`lengthy${n}`, 45)).join('\n');
    return [`packages/protocol/src/planted-lengthy/file-${file}.ts`, functions];
  }),
);

const lint = (file, text, rule) => ({
  step: 'lint',
  files: { [file]: text },
  says: new RegExp(`${named(file)}.*${rule}`),
});
/** So many characters of which each costs six bits however they are compressed. */
function incompressible(length) {
  let text = '';
  for (let n = 0; text.length < length; n += 1) text += createHash('sha256').update(String(n)).digest('base64url');
  return text;
}
const spec = (body) => `import { expect, test } from '@jest/globals';\n${body}\n`;
const named = (file) => file.replace(/[.]/g, '[.]');

export const PLANTS = [
  {
    step: 'format',
    files: { 'packages/protocol/src/planted-quotes.ts': 'export const planted = "double"\n' },
    says: /need to be formatted[^]*planted-quotes[.]ts/,
  },
  {
    step: 'format',
    files: {
      'packages/protocol/src/planted-order.ts':
        "import { b } from './b.js';\nimport { a } from './a.js';\n\nexport const ab = [a, b];\n",
    },
    says: /violations[^]*planted-order[.]ts[^]*organizeImports/,
  },
  {
    step: 'format',
    files: { 'apps/web/src/planted.css': 'a {\n  color: red;\n  color: red;\n}\n' },
    says: /violations[^]*planted[.]css[^]*noDuplicateProperties/,
  },
  {
    step: 'types',
    files: { 'apps/e2e/bench/planted-type.ts': "export const planted: number = 'one';\n" },
    says: /planted-type[.]ts.*TS2322/,
  },
  {
    step: 'types-of-tests',
    files: { 'apps/api/src/kernel/planted-type.spec.ts': "export const planted: number = 'one';\n" },
    says: /kernel\/planted-type[.]spec[.]ts.*TS2322/,
  },
  {
    step: 'types-of-tests',
    files: { 'apps/api/test/planted-type.spec.ts': "export const planted: number = 'one';\n" },
    says: /test\/planted-type[.]spec[.]ts.*TS2322/,
  },
  {
    step: 'types-of-web',
    files: { 'apps/web/src/planted-type.ts': "export const planted: number = 'one';\n" },
    says: /planted-type[.]ts.*TS2322/,
  },
  {
    step: 'size',
    files: {
      'packages/client/dist/index.js': (text) => `${text}\nexport const planted = '${incompressible(2_000)}';\n`,
    },
    says: /wanted, [0-9,]+ allowed/,
  },

  lint('apps/api/src/kernel/planted-any.ts', 'export const planted = (a: any): unknown => a;\n', 'no-explicit-any'),
  lint(
    'apps/api/src/kernel/planted-unsafe.ts',
    "export const planted = JSON.parse('1') as never;\nconst a = JSON.parse('1');\nexport const b: unknown = a;\n",
    'no-unsafe-assignment',
  ),
  lint('apps/api/src/kernel/planted-console.ts', "console.log('planted');\n", 'no-console'),
  lint('apps/api/src/kernel/planted-environment.ts', 'export const planted = process.env.PORT;\n', 'no-process-env'),
  lint('apps/web/src/planted-environment.ts', 'export const planted = process.env.PORT;\n', 'no-process-env'),
  lint(
    'apps/api/src/kernel/planted-floating.ts',
    'async function planted(): Promise<void> {}\nplanted();\n',
    'no-floating-promises',
  ),
  lint(
    'apps/web/src/planted-floating.ts',
    'async function planted(): Promise<void> {}\nplanted();\n',
    'no-floating-promises',
  ),
  lint(
    'apps/api/test/planted-floating.spec.ts',
    'async function planted(): Promise<void> {}\nplanted();\n',
    'no-floating-promises',
  ),
  lint(
    'apps/api/src/kernel/planted-misused.ts',
    "import { EventEmitter } from 'node:events';\n\nnew EventEmitter().on('a', async () => {});\n",
    'no-misused-promises',
  ),
  lint(
    'apps/api/src/kernel/planted-swallowed.ts',
    'export function planted(run: () => void) {\n  try {\n    run();\n  } catch {}\n}\n',
    'no-empty',
  ),
  lint(
    'apps/api/src/kernel/planted-switch.ts',
    "export function planted(a: 'x' | 'y') {\n  switch (a) {\n    case 'x':\n      return 1;\n  }\n  return 0;\n}\n",
    'switch-exhaustiveness-check',
  ),
  lint(
    'apps/web/src/planted-hook.tsx',
    "import { useState } from 'react';\n\nexport function usePlanted(a: boolean) {\n  if (a) useState(1);\n}\n",
    'rules-of-hooks',
  ),
  lint(
    'apps/api/src/kernel/planted-skipped.spec.ts',
    spec("test.skip('is skipped', () => expect(1).toBe(1));"),
    'no-disabled-tests',
  ),
  lint(
    'apps/api/src/kernel/planted-only.spec.ts',
    spec("test.only('is alone', () => expect(1).toBe(1));"),
    'no-focused-tests',
  ),
  lint(
    'apps/api/src/kernel/planted-title.spec.ts',
    spec("test('should be said plainly', () => expect(1).toBe(1));"),
    'valid-title',
  ),

  ...IMPORT_PLANTS,

  {
    step: 'budgets',
    files: { 'packages/protocol/src/planted-long.ts': `${long(401)}\n` },
    says: /planted-long[.]ts: 401 lines/,
  },
  {
    step: 'budgets',
    files: { 'packages/protocol/src/planted-function.ts': longFunction('planted', 61) },
    says: /planted-function[.]ts:1: planted has 61 lines, at most 60/,
  },
  {
    step: 'budgets',
    files: { 'apps/web/src/planted-component.tsx': component('Planted', 121) },
    says: /planted-component[.]tsx:1: Planted has 121 lines, at most 120/,
  },
  {
    step: 'budgets',
    files: {
      'packages/protocol/src/planted-parameters.ts':
        'export const planted = (a: 1, b: 2, c: 3, d: 4, e: 5) => [a, b, c, d, e];\n',
    },
    says: /planted-parameters[.]ts:1: planted has 5 parameters/,
  },
  {
    step: 'budgets',
    files: { 'apps/api/src/kernel/planted-import.ts': "export type Planted = import('./ids.js').Planted;\n" },
    says: /planted-import[.]ts:1: import\('.\/ids[.]js'\) hides/,
  },
  { step: 'budgets', files: lengthy, says: /95 % of the files have up to 2\d\d lines/ },
  {
    step: 'budgets',
    files: lengthy,
    says: /95 % of the functions of packages\/protocol have up to 45 lines, at most 20/,
  },

  { step: 'names', files: { 'packages/protocol/src/utils.ts': '' }, says: /src\/utils[.]ts: a name that invites/ },
  { step: 'names', files: { 'apps/web/src/shared/a.ts': '' }, says: /src\/shared: a name that invites/ },
  { step: 'names', files: { 'apps/api/src/kernel/ids.types.ts': '' }, says: /ids[.]types[.]ts: a name that invites/ },
  { step: 'names', files: { 'apps/web/src/PlantedName.tsx': '' }, says: /PlantedName[.]tsx: not kebab-case/ },
  {
    step: 'names',
    files: { 'apps/api/src/modules/users/planted.ts': 'export class PlantedService {}\n' },
    says: /users\/planted[.]ts: PlantedService belongs in a file named ….service[.]ts/,
  },
  {
    step: 'names',
    files: { 'apps/api/src/realtime/hub/planted-stream.ts': 'export class Planted {}\n' },
    says: /planted-stream[.]ts: named after none of Planted/,
  },
  {
    step: 'names',
    files: { 'apps/api/src/modules/users/dto/planted.dto.ts': 'export class PlantedBody {}\n' },
    says: /planted[.]dto[.]ts: PlantedBody is no Dto/,
  },

  {
    step: 'ids',
    files: {
      'packages/protocol/src/planted-id.spec.ts': spec("test('S9.99: is asked for', () => expect(1).toBe(1));"),
    },
    says: /planted-id[.]spec[.]ts: S9[.]99 is not explained/,
  },
  {
    step: 'ids',
    files: { 'docs/requirements.md': (text) => text.replace('| `F35`', '| `F39` | planted |\n| `F35`') },
    says: /F39 is cited nowhere/,
  },

  {
    step: 'dead-code',
    files: { 'apps/api/src/kernel/planted-file.ts': 'export const planted = 1;\n' },
    says: /Unused files[^]*planted-file[.]ts/,
  },
  {
    step: 'dead-code',
    files: { 'apps/api/src/kernel/ids.ts': (text) => `${text}\nexport const plantedExport = 1;\n` },
    says: /Unused exports[^]*plantedExport/,
  },
  {
    step: 'dead-code',
    files: { 'apps/web/src/main.tsx': (text) => `import 'planted-unlisted';\n${text}` },
    says: /Unlisted dependencies[^]*planted-unlisted/,
  },
  {
    step: 'dead-code',
    files: {
      'apps/web/package.json': (text) =>
        text.replace('"dependencies": {', '"dependencies": {\n    "planted-unused": "1.0.0",'),
    },
    says: /Unused dependencies[^]*planted-unused/,
  },

  {
    step: 'migrations',
    files: {
      'apps/api/dist/database/schema/index.js': (text) =>
        `${text}\nimport { pgTable, text } from 'drizzle-orm/pg-core';\nexport const planted = pgTable('planted_table', { id: text('id') });\n`,
    },
    says: /drizzle\/ lacks a migration[^]*CREATE TABLE "planted_table"/,
  },

  {
    step: 'unit',
    files: {
      'packages/protocol/src/planted-failure.spec.ts': spec("test('planted failure', () => expect(1).toBe(2));"),
    },
    says: /● planted failure/,
  },
];

const UNIT = 'packages/protocol/src/planted.spec.ts';
const only = ['unit', 'planted'];

/** What `npm test` must not let pass: its arguments, what is planted, what it has to say. */
export const TEST_PLANTS = [
  { args: only, files: { [UNIT]: spec("test('fails', () => expect(1).toBe(2));") }, says: /^0 passed, 1 failed$/m },
  {
    args: only,
    files: { [UNIT]: spec("test.skip('is idle', () => {});") },
    says: /1 tests are skipped or to do: is idle/,
  },
  { args: only, files: { [UNIT]: spec("test.todo('is to do');") }, says: /1 tests are skipped or to do: is to do/ },
  { args: only, files: { [UNIT]: "import './nothing.js';\n" }, says: /1 test files could not run/ },
  { args: only, files: {}, says: /No test file's path contains planted/ },
  {
    args: ['unit'],
    files: { 'jest.config.mjs': (text) => text.replace('{apps,packages}/*/src', 'nothing') },
    says: /✘ no tests/,
  },
  {
    args: ['journeys', 'planted'],
    env: { CI: 'true', CHROMIUM_PATH: '/nowhere/chromium' },
    files: {},
    says: /✘ not run: chromium:/,
  },
];
