import { expect, it } from '@jest/globals';
import { firstOfBurst } from './burst.js';

it('U8: of what comes within two seconds of a sound none makes another', () => {
  const isFirst = firstOfBurst(2_000);
  expect([0, 500, 1_999, 2_000, 3_999, 4_000].map(isFirst)).toEqual([true, false, false, true, false, true]);
});
