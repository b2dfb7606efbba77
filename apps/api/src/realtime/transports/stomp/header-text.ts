import { ParleyError } from '../../../kernel/errors.js';
import type { StompVersion } from './version-negotiation.js';

/** A frame that is none, or that may not come here: it is answered with ERROR, and ERROR ends the connection. */
export const badFrame = (path: string, message: string): ParleyError =>
  new ParleyError('bad_frames', { message: 'The frame could not be read.', details: [{ path, message }] });

/** What stands behind the backslash for each sign; 1.0 has no escapes. */
const ESCAPES: Readonly<Record<StompVersion, Readonly<Record<string, string>>>> = {
  '1.0': {},
  '1.1': { '\\': '\\', '\n': 'n', ':': 'c' },
  '1.2': { '\\': '\\', '\n': 'n', ':': 'c', '\r': 'r' },
};

const SIGNS: Readonly<Record<StompVersion, ReadonlyMap<string, string>>> = {
  '1.0': signsOf('1.0'),
  '1.1': signsOf('1.1'),
  '1.2': signsOf('1.2'),
};

/** A header's name or value as it is written. */
export function escaped(text: string, version: StompVersion): string {
  const escapes = ESCAPES[version];
  return text.replace(/[\\\n\r:]/g, (sign) => (escapes[sign] ? `\\${escapes[sign]}` : sign));
}

/** The opposite. @throws `bad_frames` for an escape that the version does not have */
export function unescaped(text: string, version: StompVersion): string {
  if (version === '1.0' || !text.includes('\\')) return text;
  return text.replace(/\\(.?)/gs, (escape, letter: string) => {
    const sign = SIGNS[version].get(letter);
    if (sign === undefined) throw badFrame('header', `STOMP ${version} has no escape ${JSON.stringify(escape)}`);
    return sign;
  });
}

function signsOf(version: StompVersion): Map<string, string> {
  return new Map(Object.entries(ESCAPES[version]).map(([sign, letter]) => [letter, sign]));
}
