import { isUtf8 } from 'node:buffer';
import { ParleyError } from '../../../kernel/errors.js';
import { badFrame, unescaped } from './header-text.js';
import type { StompVersion } from './version-negotiation.js';

const MOST_HEADERS = 64;
const COMMAND = /^[A-Z]{1,16}$/;

/** The command and the headers of one frame, read line by line. */
export class FrameHead {
  command = '';
  /** Of headers with the same name the first one counts. */
  readonly headers = new Map<string, string>();
  /** Whether the empty line behind the headers was read. */
  isComplete = false;
  private count = 0;

  /** @param version by which it is read; null before one is agreed on. */
  constructor(private readonly version: StompVersion | null) {}

  /** Reads one line, without its line feed. @throws `bad_frames`, `too_large` */
  add(line: Buffer): void {
    const text = this.withoutReturn(textOf(line));
    if (this.command === '') {
      if (!COMMAND.test(text)) throw badFrame('command', 'a frame begins with a command in capital letters');
      this.command = text;
    } else if (text === '') this.isComplete = true;
    else this.addHeader(text);
  }

  /** Lines of 1.2 may end in CR LF, and so may those of a CONNECT that offers it. */
  private withoutReturn(text: string): string {
    if (this.version !== '1.2' && this.version !== null) return text;
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (line.includes('\r')) throw badFrame('header', 'a carriage return has to be escaped');
    return line;
  }

  private addHeader(text: string): void {
    this.count += 1;
    if (this.count > MOST_HEADERS) throw new ParleyError('too_large', { message: 'The frame has too many headers.' });
    const colon = text.indexOf(':');
    if (colon < 1) throw badFrame('header', 'a header is a name, a colon and a value');
    const name = this.read(text.slice(0, colon));
    if (!this.headers.has(name)) this.headers.set(name, this.read(text.slice(colon + 1)));
  }

  /** CONNECT has no escapes, so that all versions can read it; STOMP, which only 1.1 and 1.2 have, is read like any other. */
  private read(text: string): string {
    const version = this.version ?? (this.command === 'STOMP' ? '1.2' : '1.0');
    // Its own examples have spaces behind the colon; later versions forbid to trim.
    return version === '1.0' ? text.trim() : unescaped(text, version);
  }
}

/** @throws `bad_frames` where it is not UTF-8 */
export function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw badFrame('frame', 'must be UTF-8');
  return bytes.toString();
}
