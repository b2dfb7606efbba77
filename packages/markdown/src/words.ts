const LETTER = /[\p{L}\p{N}\p{M}]/u;
/** Scripts that are written without spaces, and Korean, whose particles follow a word without one. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** True for a UTF-16 unit that makes a word go on: `2*3*4` and `me@example.org` are words, 你好@anna is two. */
export function isWordUnit(unit: number): boolean {
  if (unit < 0x80) {
    return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39);
  }
  const char = String.fromCharCode(unit);
  return LETTER.test(char) && !UNSPACED.test(char);
}

/** True also for the places before the first and behind the last unit (NaN). */
export function isSpaceUnit(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return Number.isNaN(unit) || /\s/.test(String.fromCharCode(unit));
}
