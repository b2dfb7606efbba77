import { describe, expect, it } from '@jest/globals';
import { bytesOf, roomLeft } from './content-size.js';

describe('The room for a text', () => {
  it('is counted and named in bytes, of which one character may take several', () => {
    expect(['abc', 'é', 'د', '漢', '🎉'].map((text) => roomLeft(text, 3))).toEqual([0, 1, 1, 0, -1]);
    expect([0, 1, 2].map(bytesOf)).toEqual(['0 bytes', '1 byte', '2 bytes']);
  });
});
