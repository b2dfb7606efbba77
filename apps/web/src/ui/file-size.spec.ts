import { describe, expect, it } from '@jest/globals';
import { fileSize } from './file-size.js';

describe('The size of a file', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1,023 bytes'],
    [1024, '1 kB'],
    [1_268_776, '1.21 MB'],
    [12_345, '12.1 kB'],
    [1_047_552, '1,023 kB'],
    [100 * 1024 ** 2, '100 MB'],
    [5 * 1024 ** 3, '5 GB'],
    [5000 * 1024 ** 3, '5,000 GB'],
  ])('of %s bytes is %s', (bytes, words) => {
    expect(fileSize(bytes)).toBe(words);
  });
});
