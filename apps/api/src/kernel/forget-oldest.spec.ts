import { describe, expect, it } from '@jest/globals';
import { forgetOldest } from './forget-oldest.js';

const mapOf = (size: number) => new Map(Array.from({ length: size }, (_, i) => [i, true]));

describe('a map that is to stay small', () => {
  it('is left alone while it is', () => {
    const map = mapOf(16);
    forgetOldest(map, 16);
    expect(map.size).toBe(16);
  });

  it('loses its oldest entries, an eighth of what it may have beyond those that are too many', () => {
    const map = mapOf(17);
    forgetOldest(map, 16);
    expect([...map.keys()][0]).toBe(3);
    expect(map.size).toBe(14);
  });
});
