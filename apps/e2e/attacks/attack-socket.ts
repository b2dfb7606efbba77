import { ERRORS, type ErrorObject, type EventName, isErrorObject } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { Answer } from './answer.contract.js';
import type { Actor } from './fixture.js';
import { retryLimited } from './retry-limited.js';

const TIMEOUT_MS = 15_000;

export type AttackSocketOptions = Partial<ManagerOptions & SocketOptions> & {
  /** Which node; 0 where missing. */
  node?: number;
  /** `/` where missing. */
  namespace?: string;
};

/** Takes all events and acknowledgements of a socket. */
type Note = (answer: Answer) => Answer;

/** A plain socket.io-client that never comes back by itself, and passes on all events and acknowledgements. */
export class AttackSocket {
  readonly received: { name: EventName; payload: Record<string, unknown> }[] = [];
  /** Why it ended, or was refused. */
  ended: string | null = null;
  /** The error object of the refusal. */
  refusal: ErrorObject | null = null;
  private readonly socket: Socket;

  constructor(
    url: string,
    private readonly by: Actor | null,
    private readonly pass: Note,
    { namespace = '/', ...options }: AttackSocketOptions,
  ) {
    const auth = by ? { token: by.token } : {};
    const common = { transports: ['websocket'], forceNew: true, reconnection: false };
    this.socket = io(`${url}${namespace}`, { auth, ...common, ...options });
    this.socket.onAny((name: EventName, payload: Record<string, unknown>) => this.receive(name, payload));
    this.socket.on('disconnect', (reason) => {
      this.ended = reason;
    });
    this.socket.on('connect_error', (fault) => this.refuse((fault as { data?: unknown }).data));
  }

  async ready(): Promise<void> {
    await eventually('a socket is ready', () => {
      if (this.ended !== null) throw new Error(`A socket of ${this.by?.role} was not let in: ${this.ended}`);
      return this.received.some(({ name }) => name === 'ready');
    });
  }

  /** Gives a command; rejects where no acknowledgement comes. */
  ask(name: string, ...payload: unknown[]): Promise<Answer> {
    return retryLimited(async () => {
      const ack = (await this.socket.timeout(TIMEOUT_MS).emitWithAck(name, ...payload)) as { error?: unknown };
      return this.note(name, ack);
    });
  }

  /** Resolves with the reason for its end. */
  end(timeoutMs?: number): Promise<string> {
    return eventually('a socket ends', () => this.ended, timeoutMs);
  }

  /** The payloads of an event so far. */
  all(name: EventName): Record<string, unknown>[] {
    return this.received.flatMap((each) => (each.name === name ? [each.payload] : []));
  }

  /** Whether an event that it received holds this text. */
  hasReceived(text: string): boolean {
    return this.received.some(({ payload }) => JSON.stringify(payload).includes(text));
  }

  close(): void {
    this.socket.disconnect();
  }

  private receive(name: EventName, payload: Record<string, unknown>): void {
    this.received.push({ name, payload });
    this.note(`event ${name}`, payload);
  }

  private refuse(data: unknown): void {
    this.ended ??= 'connect_error';
    this.refusal = isErrorObject(data) ? data : null;
    this.note('the handshake', { error: data });
  }

  private note(name: string, answer: { error?: unknown }): Answer {
    const error = isErrorObject(answer.error) ? answer.error : null;
    return this.pass({
      what: `${name} by ${this.by?.role ?? 'nobody'}`,
      transport: 'socketio',
      at: Date.now(),
      by: this.by,
      status: error ? ERRORS[error.code].status : 200,
      text: JSON.stringify(answer),
      error,
      headers: {},
    });
  }
}
