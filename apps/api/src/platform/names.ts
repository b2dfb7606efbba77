import { cutBetweenGraphemes, isBlank, LIMITS } from '@parley/protocol';
import { ValidateBy } from 'class-validator';

/** Line ends, control characters, and those that turn the direction of the text around them. */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const FORBIDDEN_ALL = new RegExp(FORBIDDEN.source, 'gu');

/** Far more than any form of a name needs; composing a long row of accents costs the square of it. */
const LONGEST_TYPED = 16 * LIMITS.nameLength;

/** A name as it is stored: NFC, without space around it. */
export const normalizedName = (name: string): string => name.normalize('NFC').trim();

/** The same text on one line, with nothing in it that would turn the text around it. */
export const withoutTurns = (text: string): string => text.replaceAll(FORBIDDEN_ALL, ' ');

/** Whether a name of a person or conversation may be taken from a client, once normalised. */
export function isName(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > LONGEST_TYPED) return false;
  if (!value.isWellFormed() || FORBIDDEN.test(value)) return false;
  const name = normalizedName(value);
  return name.length <= LIMITS.nameLength && !isBlank(name);
}

/** What can be kept of a name from a host token, which nobody can be asked to correct; null where nothing is left. */
export function sanitizedName(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const cleaned = normalizedName(withoutTurns(value.slice(0, LONGEST_TYPED).toWellFormed()));
  const cut = cutBetweenGraphemes(cleaned, LIMITS.nameLength).trim();
  return isName(cut) ? cut : null;
}

/** A property that holds the name of a person or a conversation. */
export const IsName = (): PropertyDecorator =>
  ValidateBy({
    name: 'isName',
    validator: {
      validate: isName,
      defaultMessage: () => `must be a visible name of at most ${LIMITS.nameLength} characters on one line`,
    },
  });
