import { ERRORS, type ErrorObject, isErrorObject } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import { frame, send, Wire } from '../wire.js';
import type { Malformed } from './malformed.js';

const TEXT = 1;
/** A frame that announces more than comes swallows everything behind it: then there is no answer. */
const TIMEOUT_MS = 400;
/** What a socket has received is kept until it is closed. */
const MOST_OF_ONE_SOCKET = 200;
/** This is refused and answered, so that what was sent before it has been dealt with. */
const NOTHING = '["nothing",{}]';

/** How often what was answered; a socket that the server ended counts as `closed`. */
export type Tally = Map<string, number>;

/** One who sends what is malformed, and reads what comes of it. */
export class Attacker {
  private wire: Wire | null = null;
  private asked = 0;
  private played = 0;

  constructor(
    private readonly url: string,
    private readonly token: string,
    private readonly tally: Tally,
    /** Called with every answer that no client may cause. */
    private readonly onDefect: (sentence: string) => void,
  ) {}

  async play(item: Malformed): Promise<void> {
    switch (item.kind) {
      case 'request':
        return this.request(item);
      case 'bytes':
        return this.bytes(item.bytes);
      case 'frame':
        return this.onSocket((wire) => wire.write(item.bytes));
      case 'text':
        return this.onSocket((wire) => wire.write(frame(TEXT, item.text)));
      case 'command': {
        const id = this.nextId();
        return this.onSocket((wire) => wire.write(frame(TEXT, `42${id}[${JSON.stringify(item.name)},${item.json}]`)));
      }
    }
  }

  close(): void {
    this.wire?.close();
    this.wire = null;
  }

  private nextId(): number {
    this.asked += 1;
    return this.asked;
  }

  private count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  private async request({ method, path, headers, body }: Extract<Malformed, { kind: 'request' }>): Promise<void> {
    const authorization = `Bearer ${this.token}`;
    const answer = await send(this.url, { method, path, headers: { authorization, ...headers }, body }).catch(
      () => null,
    );
    this.count(answer ? String(answer.status) : 'closed');
    if (answer && answer.status >= 500 && answer.status !== 501)
      this.onDefect(`${method} ${path} ${body}: ${answer.status} ${answer.text}`);
  }

  private async bytes(bytes: Buffer): Promise<void> {
    const wire = await Wire.open(this.url);
    wire.write(bytes);
    await eventually('an answer', () => wire.isClosed || wire.head !== '', TIMEOUT_MS).catch(() => undefined);
    const [, status = 'closed'] = /^HTTP\/1\.1 (\d{3})/.exec(wire.head) ?? [];
    this.count(status);
    if (status.startsWith('5')) this.onDefect(`${bytes.toString('latin1')}: ${wire.head}`);
    wire.close();
  }

  /** Does something on a socket that is signed in, and waits until it is answered or the server has ended the socket. */
  private async onSocket(act: (wire: Wire) => void): Promise<void> {
    this.wire ??= await Wire.signedIn(this.url, this.token);
    const { wire } = this;
    const from = wire.texts.length;
    act(wire);
    const id = this.nextId();
    wire.write(frame(TEXT, `42${id}${NOTHING}`));
    const isOver = () => wire.code !== null || wire.isClosed || wire.texts.some((text) => text.startsWith(`43${id}[`));
    const isAnswered = await eventually('an answer', isOver, TIMEOUT_MS).catch(() => false);
    for (const text of wire.texts.slice(from)) this.judge(text);
    const isEnded = wire.code !== null || wire.isClosed || !isAnswered;
    if (isEnded) this.count('closed');
    this.played += 1;
    if (isEnded || this.played % MOST_OF_ONE_SOCKET === 0) this.close();
  }

  private judge(text: string): void {
    const error = errorIn(text);
    if (!error) return;
    const { status } = ERRORS[error.code];
    this.count(error.code);
    if (status >= 500 && status !== 501) this.onDefect(text);
  }
}

/** The error of an acknowledgement. */
function errorIn(text: string): ErrorObject | null {
  const [, json] = /^43\d+(\[.*)$/s.exec(text) ?? [];
  if (json === undefined) return null;
  const [answer] = JSON.parse(json) as [{ error?: unknown }];
  return isErrorObject(answer.error) ? answer.error : null;
}
