import { describe, expect, it } from '@jest/globals';
import { splitName } from './split-name.js';

describe('The name of a file', () => {
  it.each([
    ['Report of the quarter.pdf', 'Report of the quar', 'ter.pdf'],
    ['a name of some length 報告書.pdf', 'a name of some length ', '報告書.pdf'],
    ['A name without any extension', 'A name without any extens', 'ion'],
    ['.a name that begins with a dot', '.a name that begins with a ', 'dot'],
    ['notes.this is no extension', 'notes.this is no extens', 'ion'],
    ['naïve 報告.pdf', '', 'naïve 報告.pdf'],
  ])('keeps its end: %s', (name, start, end) => {
    expect(splitName(name)).toEqual({ start, end });
  });

  it('is shown in the order in which it is stored, whatever turns text around', () => {
    const { start, end } = splitName('photo\u202egnp.exe');
    expect(start + end).toBe('photognp.exe');
  });

  it('is not cut within a character that is made of several', () => {
    expect(splitName('all of a large family 👨‍👩‍👧👩🏽‍🚀🇩🇪.png').end).toBe('👨‍👩‍👧👩🏽‍🚀🇩🇪.png');
  });
});
