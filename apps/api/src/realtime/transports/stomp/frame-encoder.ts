import { escaped } from './header-text.js';
import type { StompVersion } from './version-negotiation.js';

type ServerCommand = 'CONNECTED' | 'MESSAGE' | 'RECEIPT' | 'ERROR';
export type Header = readonly [name: string, value: string];

/** A frame with or without a JSON body, as text. Only CONNECTED is without escapes. */
export function encodeFrame(
  command: ServerCommand,
  headers: readonly Header[],
  { version, body = '' }: { version: StompVersion; body?: string },
): string {
  const escapes = command === 'CONNECTED' ? '1.0' : version;
  const lines = headers.map((header) => encodeHeader(header, escapes));
  return `${command}\n${lines.join('')}${encodeBody(body)}`;
}

/** One line. Some clients neither undo escapes nor keep spaces at the ends: values of our own need none. */
export function encodeHeader([name, value]: Header, version: StompVersion): string {
  return `${name}:${escaped(value, version)}\n`;
}

/** Between two frames PHP's client needs a line feed, or it loses the first of them. */
const END = '\0\n';

/** What follows the headers. JSON escapes control characters itself, so that there is no NUL but the last. */
export function encodeBody(body: string): string {
  if (body === '') return `\n${END}`;
  return `content-type:application/json\ncontent-length:${Buffer.byteLength(body)}\n\n${body}${END}`;
}
