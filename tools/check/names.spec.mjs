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

test.each([
  ['modules/users/planted.ts', 'PlantedService', 'PlantedService belongs in a file named ….service.ts'],
  ['realtime/hub/planted-stream.ts', 'Planted', 'named after none of Planted'],
  ['modules/users/dto/planted.dto.ts', 'PlantedBody', 'PlantedBody is no Dto'],
])('names refuses %s with the class %s', (path, name, finding) => {
  const good = 'apps/api/src/modules/users/good.service.ts';
  const text = (each) => `export class ${each} {}\n`;
  const { status, said } = findingsOf('names.mjs', {
    [`apps/api/src/${path}`]: text(name),
    [good]: text('GoodService'),
  });
  expect(said).toContain(finding);
  expect(said).not.toContain('good');
  expect(status).toBe(1);
});
