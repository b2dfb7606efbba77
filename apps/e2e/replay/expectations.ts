import { type ErrorCode, HTML_ELEMENTS, LIMITS } from '@parley/protocol';

/** What a server that keeps the contract may do to a line, seen from outside: written without its sanitizer. */

const TAG = /<\/?([a-z][a-z0-9-]*)/gi;
const INVISIBLE = /^[\s\u200b-\u200d\u2060\ufeff]*$/u;

/** Whether a line holds something that may be HTML: only such a line may come back changed. */
export function mayHoldHtml(text: string): boolean {
  return [...text.matchAll(TAG)].some(([, name]) => HTML_ELEMENTS.has((name ?? '').toLowerCase()));
}

/** The code with which a line must be refused, or null if it has to be taken. */
export function expectedRefusal(text: string): ErrorCode | null {
  if (Buffer.byteLength(text) > LIMITS.contentBytes) return 'content_too_long';
  if (INVISIBLE.test(text) || text.includes('\0') || !text.isWellFormed()) return 'validation_failed';
  return null;
}

/** Whether refusing this line with this code is what the contract asks for. */
export function isRightlyRefused(text: string, code: string): boolean {
  // A line of nothing but HTML is empty once that is removed.
  return code === (expectedRefusal(text) ?? (mayHoldHtml(text) ? 'validation_failed' : null));
}
