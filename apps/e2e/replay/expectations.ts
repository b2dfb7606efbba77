import { BARE_HTML_ELEMENTS, type ErrorCode, HTML_ELEMENTS, isBlank, LIMITS } from '@parley/protocol';

/** What a server that keeps the contract may do to a line, seen from outside: written without its sanitizer. */

const TAG = /<(\/?)([a-z][a-z0-9-]*)(?=[\t\n\f\r />])/gi;
const PAIRED = new Set(['script', 'style']);
/** Somewhere behind a tag's name; far more than what really is an attribute. */
const MAYBE_ATTRIBUTE = /^[^]*?(?:=|[\s/"']on)[^]*?>/i;

/** Whether a line holds something that may be HTML: only such a line may come back changed. */
export function mayHoldHtml(text: string): boolean {
  const tags = [...text.matchAll(TAG)].map(({ 1: slash, 2: name = '', index, 0: tag }) => ({
    name: name.toLowerCase(),
    isClosing: slash === '/',
    rest: text.slice(index + tag.length),
  }));
  const closes = (name: string) => tags.some((other) => other.isClosing && other.name === name);
  return tags.some(({ name, isClosing, rest }) => {
    if (!HTML_ELEMENTS.has(name)) return false;
    if (BARE_HTML_ELEMENTS.has(name) || (PAIRED.has(name) && !isClosing && closes(name))) return true;
    return MAYBE_ATTRIBUTE.test(rest);
  });
}

/** The code with which a line must be refused, or null if it has to be taken. */
export function expectedRefusal(text: string): ErrorCode | null {
  if (Buffer.byteLength(text) > LIMITS.contentBytes) return 'content_too_long';
  if (isBlank(text) || text.includes('\0') || !text.isWellFormed()) return 'validation_failed';
  return null;
}

/** Nothing but the signs of Markdown, or an empty fence: what would be drawn of it may be nothing. */
const MAYBE_NOTHING = /^(?:[\s>*_~`[\]]|\p{Default_Ignorable_Code_Point})*$|^[\s>]*```/u;

/** Whether the contract refuses this line with this code. */
export function isRightlyRefused(text: string, code: string): boolean {
  // A line of nothing but HTML is empty once that is removed.
  return (
    code === (expectedRefusal(text) ?? (mayHoldHtml(text) || MAYBE_NOTHING.test(text) ? 'validation_failed' : null))
  );
}
