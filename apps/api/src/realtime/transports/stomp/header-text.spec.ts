import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escaped, unescaped } from './header-text.js';

describe('headers are escaped as their version does it', () => {
  it.each([
    ['1.0', 'a:b\\n', 'a:b\\n'],
    ['1.1', 'a:b\n\\\r', 'a\\cb\\n\\\\\r'],
    ['1.2', 'a:b\n\\\r', 'a\\cb\\n\\\\\\r'],
  ] as const)('%s', (version, text, written) => {
    expect(escaped(text, version)).toBe(written);
    expect(unescaped(written, version)).toBe(text);
  });

  it.each([
    ['1.1', 'a\\rb'],
    ['1.1', 'a\\t'],
    ['1.2', 'a\\t'],
    ['1.2', 'a\\'],
    ['1.2', '\\\n'],
    ['1.2', '\\😀'],
  ] as const)('%s has no escape as in %j', (version, text) => {
    expect(() => unescaped(text, version)).toThrow(expect.objectContaining({ code: 'bad_frames' }));
  });

  it.each(['1.0', '1.1', '1.2'] as const)('any text comes back in %s', (version) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(unescaped(escaped(text, version), version)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });
});
