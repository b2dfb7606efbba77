import { describe, expect, it } from '@jest/globals';
import { foldName } from './folded-name.js';

describe('a name as it is searched', () => {
  it.each([
    ['ОЛЬГА', 'ольга'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['Straße', 'STRASSE'],
    ['GROẞ', 'groß'],
    ['İstanbul', 'istanbul'],
    ['ISPARTA', 'ısparta'],
    ['Ａｎｎ', 'ann'],
    ['ﬁnn', 'FINN'],
    ['É', 'e\u0301'],
    ['DŽ', 'ǆ'],
    ['An\u200bn\ufeff', 'Ann'],
    ['Ann\u3000Lee', 'ann lee'],
    ['ᏣᎳᎩ', 'ꮳꮃꭹ'],
  ])('%s is %s', (one, other) => expect(foldName(one)).toBe(foldName(other)));

  it.each([
    ['й', 'и'],
    ['が', 'か'],
    ['Å', 'A'],
    ['ı', 'e'],
  ])('%s is not %s', (one, other) => expect(foldName(one)).not.toBe(foldName(other)));
});
