import { expect, test } from '@jest/globals';
import { findingsOf } from './planted-house.mjs';

const lines = (count) => 'void 0;\n'.repeat(count);
const functionOf = (count) => `export function planted() {\n${lines(count - 2)}}\n`;
const component = (count) => `export function Planted() {\n${lines(count - 3)}  return <p>planted</p>;\n}\n`;

const PROTOCOL = 'packages/protocol/src/planted.ts';
const WEB = 'apps/web/src/planted.tsx';

test.each([
  ['a file of 401 lines', { [PROTOCOL]: lines(401) }, 'planted.ts: 401 lines'],
  ['a function of 61 lines', { [PROTOCOL]: functionOf(61) }, 'planted.ts:1: planted has 61 lines, at most 60'],
  ['a component of 121 lines', { [WEB]: component(121) }, 'planted.tsx:1: Planted has 121 lines, at most 120'],
  [
    'five parameters',
    { [PROTOCOL]: 'export const planted = (a: 1, b: 2, c: 3, d: 4, e: 5) => [a, b, c, d, e];\n' },
    'planted.ts:1: planted has 5 parameters',
  ],
  [
    'an import in a type',
    { [PROTOCOL]: "export type Planted = import('./ids.js').Planted;\n" },
    "planted.ts:1: import('./ids.js') hides",
  ],
  ['many long files', { [PROTOCOL]: lines(251) }, '95 % of the files have up to 251 lines'],
])('budgets refuses %s', (_what, files, finding) => {
  const { status, said } = findingsOf('budgets.mjs', files);
  expect(said).toContain(finding);
  expect(status).toBe(1);
});

test('budgets refuses many long functions in one package, whatever those of others are like', () => {
  const files = { [PROTOCOL]: functionOf(21), [WEB]: functionOf(30), 'tools/planted.mjs': functionOf(2).repeat(30) };
  const { said } = findingsOf('budgets.mjs', files);
  expect(said).toContain('95 % of the functions of packages/protocol have up to 21 lines, at most 20');
  expect(said).not.toContain('functions of apps/web have');
});

test('budgets counts neither tests nor what a class works with', () => {
  const files = {
    'packages/protocol/src/planted.spec.ts': lines(500),
    [PROTOCOL]: 'export class Planted {\n  constructor(a: 1, b: 2, c: 3, d: 4, e: 5) {}\n}\n',
  };
  expect(findingsOf('budgets.mjs', files).status).toBe(0);
});
