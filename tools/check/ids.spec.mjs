import { expect, test } from '@jest/globals';
import { findingsOf } from './planted-house.mjs';

const PAGE = 'docs/requirements.md';
const SPEC = 'packages/protocol/src/planted.spec.ts';
const titled = (title) => `test('${title}', () => {});\n`;

test.each([
  ['S9.99: is asked for', 'S9.99 is not explained'],
  ['G1, attack 98, 99: is tried', 'A99 is not explained'],
])('ids refuses a test titled %s', (title, finding) => {
  const files = { [PAGE]: '| `G1` | kept |\n| `A98` | tried |\n', [SPEC]: titled(title) + titled('G1 A98: is good') };
  const { status, said } = findingsOf('ids.mjs', files);
  expect(said.trim().split('\n')).toEqual([expect.stringContaining(finding)]);
  expect(status).toBe(1);
});

test('ids refuses what is explained and cited nowhere', () => {
  const { status, said } = findingsOf('ids.mjs', { [PAGE]: '| `F99` | planted |\n', [SPEC]: titled('is good') });
  expect(said).toContain('F99 is cited nowhere');
  expect(status).toBe(1);
});
