import fc from 'fast-check';

/** Code points of every class that something on the way may take for more than a letter. */
const CLASSES: readonly string[] = [
  '\ufeff', // a byte order mark to decoders
  '\ufffe\uffff\ufdd0', // noncharacters
  '\u200b\u200c\u200d\u2060\u00ad', // nothing to be seen
  '\u2028\u2029\u0085\u000b\u000c\r\n\t', // ends of lines and other space
  '\u00a0\u3000\u1680\u2003', // space that is wider
  '\u0001\u0008\u001b\u007f\u009f', // controls
  '\u0301\u20e3\ufe0f', // what joins the letter before it
  '\u200e\u202e\u2066\u061cאب', // directions
  '\ue000\u{f0000}', // private use
  '\u{1f600}\u{1f1e6}\u{10ffff}\u{e0001}', // beyond the BMP
  'ßıİſΣςÅ\ufb01漢', // letters with more than one form
  '\\"\'`{}[](),;:%_$&?#/=+-.~^|!*', // signs of some language
  '0123456789eEaZ ',
];

const character = fc.oneof(
  ...CLASSES.map((all) => fc.constantFrom(...all)),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((each) => each !== '\u0000' && each.isWellFormed()),
);

/** Well-formed strings without NUL; each class of code point comes at the start, in the middle and at the end. */
export const text: fc.Arbitrary<string> = fc
  .tuple(character, fc.array(fc.oneof(character, fc.constantFrom(...'some words')), { maxLength: 12 }), character)
  .map(([first, middle, last]) => [first, ...middle, last].join(''));

/** Values of metadata: numbers as far as they go in both directions, and strings that some parsers take for more. */
export const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number || 0),
    fc.constantFrom(1e300, 5e-324, 0.1, -1e-7, 2 ** 53 - 1),
    fc.constantFrom('2026-01-02T03:04:05.678Z', 'null', 'infinity', 'NaN', '\\x00', '{}', '', '\ufeff'),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom(null, true, false),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(text, tie('value'), { maxKeys: 3 }),
  ),
})).value;
