/**
 * Matches a visible sign. Invisible by themselves are white space, zero-width and other ignorable ones, controls, marks
 * without a base, and those that are drawn empty although their category is letter or symbol (the empty Braille cell,
 * the null notehead, the blank hieroglyphs).
 */
const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{M}\u2800\u{1d159}\u{13441}\u{13442}]/u;

/** True if a reader would see nothing: the one rule for messages and for names of any kind. */
export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}
