import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json.js';

describe('canonicalJson (RFC 8785)', () => {
  it('writes the example of the standard, section 3.2', () => {
    const value = JSON.parse(`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`) as unknown;
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts names by UTF-16 units, as the standard does in section 3.2.3', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
    const value = Object.fromEntries(names.map((name) => [name, 0]));
    expect(Object.keys(JSON.parse(canonicalJson(value)) as object)).toEqual([
      '1',
      '\r',
      '\u0080',
      '\u00f6',
      '\u20ac',
      '\u{1f600}',
      '\ufb33',
    ]);
    expect(canonicalJson({ b: 1, a: 2, 10: 3, 9: 4, A: 5 })).toBe('{"10":3,"9":4,"A":5,"a":2,"b":1}');
  });

  it.each<[unknown, string]>([
    [0, '0'],
    [-0, '0'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
    [-1.5, '-1.5'],
    [2 ** 53 + 2, '9007199254740994'],
    ['', '""'],
    ['</é\u2028\u007f', '"</é\u2028\u007f"'],
    [[], '[]'],
    [{}, '{}'],
    [[[1], { a: [] }], '[[1],{"a":[]}]'],
    [Object.create(null), '{}'],
    [{ __proto__: null, z: 1, toJSON: 2 }, '{"toJSON":2,"z":1}'],
  ])('writes %p as %s', (value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['a hole', new Array<number>(2)],
    ['undefined as a member', { a: undefined }],
    ['a function', () => 0],
    ['a bigint', 1n],
    ['a symbol', Symbol('s')],
    ['NaN', NaN],
    ['Infinity', [Infinity]],
    ['a date', new Date(0)],
    ['a map', { a: new Map() }],
    ['half a pair', ['\ud800']],
    ['half a pair in a name', { '\udc00': 1 }],
  ])('throws for %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('throws beyond 500 levels, so also for a cycle', () => {
    const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
    expect(canonicalJson(nested(500))).toBe('['.repeat(500) + ']'.repeat(500));
    expect(() => canonicalJson(nested(501))).toThrow(RangeError);
    expect(() => canonicalJson(nested(50_000))).toThrow(RangeError);
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(() => canonicalJson(cycle)).toThrow(RangeError);
  });

  it('means what was given, whatever the order of its members', () => {
    const reversed = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(reversed);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([name, each]) => [name, reversed(each)]),
      );
    };
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (json) => {
        const value = JSON.parse(json) as unknown;
        const canonical = canonicalJson(value);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(canonical);
        expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
      }),
    );
  });
});
