import { isBlank, LIMITS } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';
import { withoutTurns } from '../../platform/names.js';

/** Composing a long row of accents costs the square of it. */
const LONGEST_SENT = 4 * LIMITS.fileNameBytes;
/** What some browsers write in the head of a part for these. */
const ESCAPED: Readonly<Record<string, string>> = { '%22': '"', '%0D': ' ', '%0A': ' ' };
/** What RFC 5987 writes as it is. */
const PLAIN = /[^\w.!#$&+^`|~-]/gu;

/**
 * A name as people read it: NFC, on one line, without the path that it may have come with. It names nothing on our side.
 * @throws `validation_failed` where nothing is left of it, or it is too long.
 */
export function normalizedFileName(sent: string): string {
  const fits = (name: string) => Buffer.byteLength(name) <= LIMITS.fileNameBytes;
  if (sent.length > LONGEST_SENT) throw tooLong();
  const typed = sent.replaceAll(/%(?:22|0D|0A)/g, (each) => ESCAPED[each] ?? each);
  const [last = ''] = typed.split(/[/\\]/).slice(-1);
  const name = withoutTurns(last.toWellFormed()).normalize('NFC').trim();
  if (isBlank(name) || /^\.+$/.test(name)) throw invalid('file', 'must have a file name');
  if (!fits(name)) throw tooLong();
  return name;
}

const tooLong = () => invalid('file', `must have a file name of at most ${LIMITS.fileNameBytes} bytes`);

/** The name with this in place of its extension. */
export const renamed = (name: string, extension: string): string => `${name.replace(/\.[^.]*$/, '')}.${extension}`;

/** The header by which a browser shows or saves it under its name (RFC 6266): in ASCII for the oldest, and as it is. */
export function contentDisposition(disposition: 'inline' | 'attachment', name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_');
  const encoded = name.replaceAll(PLAIN, encodeCharacter);
  return `${disposition}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

const encodeCharacter = (each: string): string =>
  [...Buffer.from(each)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
