import { setTimeout as sleep } from 'node:timers/promises';
import type { Ack, Announced, ErrorObject, SendCommand, SendResult } from '@parley/protocol';
import { isEvent, LeanSocket } from '@parley/testkit';

const READY = Buffer.from('ready');
const ACK_TIMEOUT_MS = 30_000;
/** So long a line is repeated under the same id while it is refused for now. */
const LINE_TIMEOUT_MS = 120_000;

export type Outcome = { success: true; result: SendResult } | { success: false; error: ErrorObject };

interface Waiting {
  resolve(answer: Ack<SendResult> | null): void;
}

/** One person of the log: a connection that can be given up and taken again, and one line in flight at a time. */
export class Speaker {
  /** Known after the first connection. */
  userId: string | null = null;
  private socket: LeanSocket | null = null;
  private waiting: Waiting | null = null;
  private nextId = 1;

  constructor(
    readonly nick: string,
    private readonly url: URL,
    private readonly token: () => Promise<string>,
    private readonly onRepeat: () => void,
  ) {}

  /** Sends a line until it is acked or finally refused, over as many connections as that takes. */
  async say(command: SendCommand): Promise<Outcome> {
    const until = performance.now() + LINE_TIMEOUT_MS;
    for (let attempt = 0; ; attempt += 1) {
      if (attempt > 0) this.onRepeat();
      const answer = await this.attempt(command).catch((error: unknown) => refusalOf(error));
      if (answer.success) return { success: true, result: answer };
      if (!answer.error.retryable || performance.now() > until) return { success: false, error: answer.error };
      await sleep(answer.error.retryAfterMs ?? Math.min(100 * 2 ** attempt, 2000));
    }
  }

  leave(): void {
    this.socket?.close();
    this.socket = null;
  }

  private async attempt(command: SendCommand): Promise<Ack<SendResult>> {
    this.socket ??= await this.connect();
    const { promise, resolve } = Promise.withResolvers<Ack<SendResult> | null>();
    this.waiting = { resolve };
    const timer = setTimeout(() => this.leave(), ACK_TIMEOUT_MS);
    this.socket.send(this.nextId++, JSON.stringify(['message:send', command]));
    const answer = await promise;
    clearTimeout(timer);
    if (answer === null) throw new Error('The connection ended before the ack.');
    return answer;
  }

  private async connect(): Promise<LeanSocket> {
    const ready = Promise.withResolvers<Announced>();
    ready.promise.catch(() => undefined);
    const { hostname: host, port } = this.url;
    const socket = await LeanSocket.connect(
      { host, port: Number(port), auth: { token: await this.token() } },
      {
        onEvent: (bytes, start, end) => {
          if (isEvent(bytes, start, READY)) ready.resolve(payloadOf(bytes, start, end));
        },
        onAck: (_id, bytes, start, end) => {
          const [answer] = JSON.parse(bytes.toString('utf8', start, end)) as [Ack<SendResult>];
          this.answered(answer);
        },
        onClosed: (reason) => {
          ready.reject(new Error(reason));
          this.socket = null;
          this.answered(null);
        },
      },
    );
    this.userId = (await ready.promise).userId;
    return socket;
  }

  private answered(answer: Ack<SendResult> | null): void {
    this.waiting?.resolve(answer);
    this.waiting = null;
  }
}

function payloadOf(bytes: Buffer, start: number, end: number): Announced {
  const [, payload] = JSON.parse(bytes.toString('utf8', start + 2, end)) as [string, Announced];
  return payload;
}

/** A connection that failed is a refusal for now. */
function refusalOf(error: unknown): { success: false; error: ErrorObject } {
  const message = error instanceof Error ? error.message : String(error);
  return { success: false, error: { code: 'service_unavailable', message, retryable: true, requestId: '' } };
}
