import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escaped, unescaped } from './header-text.js';

const RUNS = Number(process.env.RUNS ?? 1_000);

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
      { numRuns: RUNS },
    );
  });

  it.each(['1.0', '1.1', '1.2'] as const)(
    'any text is read in %s, or is a bad frame, and what was read is written again',
    (version) => {
      const part = fc.oneof(
        fc.constantFrom('\\', '\\n', '\\c', '\\r', '\\t', ':', '\n', '\r'),
        fc.string({ unit: 'binary' }),
      );
      const long = fc.tuple(part, fc.constantFrom(1, 1, 1, 3_000)).map(([text, times]) => text.repeat(times));
      fc.assert(
        fc.property(fc.array(long, { maxLength: 5 }), (parts) => {
          try {
            const read = unescaped(parts.join(''), version);
            expect(unescaped(escaped(read, version), version)).toBe(read);
          } catch (fault) {
            expect(fault).toMatchObject({ code: 'bad_frames' });
            expect(version).not.toBe('1.0');
          }
        }),
        { numRuns: RUNS },
      );
    },
  );
});
