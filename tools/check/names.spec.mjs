import { expect, test } from '@jest/globals';
import { findingsOf } from './planted-house.mjs';

test.each([
  ['packages/protocol/src/utils.ts', 'src/utils.ts: a name that invites'],
  ['apps/web/src/shared/a.ts', 'src/shared: a name that invites'],
  ['apps/api/src/kernel/ids.types.ts', 'ids.types.ts: a name that invites'],
  ['apps/web/src/PlantedName.tsx', 'PlantedName.tsx: not kebab-case'],
])('names refuses %s', (path, finding) => {
  const { status, said } = findingsOf('names.mjs', { [path]: '', 'packages/protocol/src/good-name.ts': '' });
  expect(said).toContain(finding);
  expect(said).not.toContain('good-name');
  expect(status).toBe(1);
});

test('names has nothing to say of good ones', () => {
  expect(findingsOf('names.mjs', { 'packages/protocol/src/good-name.spec.ts': '' })).toEqual({ status: 0, said: '' });
});
