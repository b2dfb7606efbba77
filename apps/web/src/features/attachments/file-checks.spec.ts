import { describe, expect, it } from '@jest/globals';
import { withoutIsolates } from '../../ui/isolated.js';
import { checkFiles } from './file-checks.js';

describe('A3: files are checked before they are sent', () => {
  const limits = { fileBytes: 2048, filesPerMessage: 3 };
  const aFile = (name: string, size = 1) => new File(['x'.repeat(size)], name);
  const check = (files: File[], present = 0) => {
    const { taken, refusals } = checkFiles(files, present, limits);
    return { taken: taken.map(({ name }) => name), refusals: refusals.map(withoutIsolates) };
  };

  it('a file of exactly the largest size is taken', () => {
    expect(check([aFile('a', 2048)])).toEqual({ taken: ['a'], refusals: [] });
  });

  it('a byte more is refused with the rule, and the others are taken', () => {
    expect(check([aFile('a', 2049), aFile('b')])).toEqual({
      taken: ['b'],
      refusals: ['a is too large. A file may have 2 kB at most.'],
    });
  });

  it('an empty file is refused', () => {
    expect(check([aFile('a', 0), aFile('b', 0)])).toEqual({
      taken: [],
      refusals: ['a and b are empty. Only files with something in them can be sent.'],
    });
  });

  it('a message takes so many files and no more, those included that it has', () => {
    expect(check([aFile('b'), aFile('c'), aFile('d'), aFile('e')], 1)).toEqual({
      taken: ['b', 'c'],
      refusals: ['A message takes 3 files at most. Not added: d and e.'],
    });
  });

  it('each rule that is broken is named', () => {
    const files = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => aFile(name));
    expect(check([...files, aFile('empty', 0), aFile('large', 3000)]).refusals).toEqual([
      'empty is empty. Only files with something in them can be sent.',
      'large is too large. A file may have 2 kB at most.',
      'A message takes 3 files at most. Not added: d, e and 2 more.',
    ]);
  });

  it('a name does not turn the sentence around it', () => {
    const [refusal] = checkFiles([aFile('a\u202egnp.exe', 0)], 0, limits).refusals;
    expect(refusal).toBe('\u2068agnp.exe\u2069 is empty. Only files with something in them can be sent.');
  });
});
