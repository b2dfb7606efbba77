import { expect, it } from '@jest/globals';
import { isSearchable } from './people-search.js';

it('people are looked for by two signs, or by one of a script whose signs are words', () => {
  expect(['ol', 'ed gray', '朱', 'ö', '🦊'].filter(isSearchable)).toHaveLength(5);
  expect(['', 'o', '7', ' '].filter(isSearchable)).toEqual([]);
});
