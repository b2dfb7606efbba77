import { ERRORS, type ErrorCode, isErrorObject } from '@parley/protocol';
import {
  eventually,
  type PlainOptions,
  readStompFrame,
  type StompFrame,
  WebSocketClient,
  writeStompFrame,
} from '@parley/testkit';
import type { Answer } from './answer.contract.js';
import type { Actor } from './fixture.js';
import { retryLimited } from './retry-limited.js';
import type { Target } from './target.js';

type Headers = Readonly<Record<string, string>>;

const ERRORS_QUEUE = '/user/queue/errors';
const VERSION = { 'accept-version': '1.2' };

/** A connection to `/stomp` that passes on whatever refusal it receives. */
export class StompAttacker {
  private readonly client: WebSocketClient;
  private passed = 0;
  private asked = 0;

  constructor(
    private readonly target: Target,
    private readonly by: Actor | null,
    options: PlainOptions = {},
  ) {
    this.client = new WebSocketClient(target.url(), { path: '/stomp', ...options });
    this.client.onChange(() => this.passOn());
  }

  /** One that is let in, and hears of what happens to it. */
  static async signedIn(target: Target, by: Actor, headers: Headers = {}): Promise<StompAttacker> {
    const stomp = new StompAttacker(target, by);
    await stomp.opened();
    stomp.write('CONNECT', { ...VERSION, Authorization: `Bearer ${by.token}`, ...headers });
    await stomp.until('CONNECTED', ({ command }) => command === 'CONNECTED');
    for (const name of ['errors', 'messages']) await stomp.subscribe(`/user/queue/${name}`);
    return stomp;
  }

  async opened(): Promise<void> {
    const { socket } = this.client;
    await eventually('a WebSocket is open', () => socket.readyState === socket.OPEN);
  }

  /** All frames so far, without heart-beats. */
  get frames(): StompFrame[] {
    return this.texts.filter((text) => text !== '\n').map(readStompFrame);
  }

  get texts(): readonly string[] {
    return this.client.texts;
  }

  get isClosed(): boolean {
    return this.client.closed !== null;
  }

  write(command: string, headers: Headers = {}, body = ''): void {
    this.writeRaw(writeStompFrame(command, headers, body));
  }

  writeRaw(bytes: string | Buffer): void {
    if (!this.isClosed) this.client.socket.send(bytes);
  }

  /** Resolves with its RECEIPT. */
  async subscribe(destination: string): Promise<void> {
    this.asked += 1;
    const id = `s${this.asked}`;
    this.write('SUBSCRIBE', { id, destination, receipt: id });
    await this.until(`${destination} is subscribed to`, ({ headers }) => headers['receipt-id'] === id);
  }

  /** Sends a command that has to be refused; the refusal. */
  ask(destination: string, body: string): Promise<Answer> {
    return retryLimited(async () => {
      this.asked += 1;
      const receipt = `r${this.asked}`;
      this.write('SEND', { destination, receipt }, body);
      return this.answerOf(
        await this.until(`${destination} is answered`, ({ headers }) => headers['receipt-id'] === receipt),
      );
    });
  }

  /** It has to be ended by this ERROR, and closed with its code. */
  async mustEnd(what: string, code: ErrorCode): Promise<void> {
    const closed = await this.client.end();
    const last = this.frames.at(-1);
    const told = last?.command === 'ERROR' ? last.headers.message : last?.command;
    const { target } = this;
    target.must(told === code, `${what}: the last frame is ${told}, not ${code}`);
    target.must(closed === ERRORS[code].close, `${what}: closed with ${closed}, not ${ERRORS[code].close}`);
  }

  until(what: string, fits: (frame: StompFrame) => boolean): Promise<StompFrame> {
    return eventually(what, () => {
      const found = this.frames.find(fits);
      if (!found && this.isClosed) throw new Error(`It was closed before ${what}: ${this.texts.at(-1)}`);
      return found ?? null;
    });
  }

  close(): void {
    this.client.close();
  }

  private passOn(): void {
    const fresh = this.texts.slice(this.passed).map(readStompFrame);
    this.passed = this.texts.length;
    for (const frame of fresh) {
      const isRefusal = frame.command === 'ERROR' || frame.headers.destination === ERRORS_QUEUE;
      if (isRefusal) this.target.note(this.answerOf(frame));
    }
  }

  private answerOf({ command, headers, body }: StompFrame): Answer {
    const { error } = (body === '' ? {} : JSON.parse(body)) as { error?: unknown };
    const known = isErrorObject(error) ? error : null;
    return {
      what: `${command} ${headers.command ?? ''} by ${this.by?.role ?? 'nobody'}`,
      transport: 'stomp',
      at: Date.now(),
      by: this.by,
      status: known ? ERRORS[known.code].status : 200,
      text: body,
      error: known,
      headers: {},
    };
  }
}

/** Who begins so is told so by the only frame that comes, and is closed with its code. */
export async function stompRefused(target: Target, first: string, code: ErrorCode, options: PlainOptions = {}) {
  const stomp = new StompAttacker(target, null, options);
  await stomp.opened();
  stomp.writeRaw(first);
  await stomp.mustEnd(`/stomp begun with ${first.slice(0, 60)}`, code);
  target.must(stomp.texts.length === 1, `Before it was refused ${stomp.texts.length} frames came`);
}

export const connectFrame = (headers: Headers = {}): string => writeStompFrame('CONNECT', { ...VERSION, ...headers });
