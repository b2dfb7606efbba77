import { ERRORS, type ErrorObject } from '@parley/protocol';
import type { Page, WebSocketRoute } from 'playwright-core';

/** A Socket.IO event that expects an acknowledgement: `42<id>["name",payload]`. */
const SEND = /^42(\d+)(\["message:send".*)$/s;
/** So is a change of a message. */
const EDIT = /^42(\d+)(\["message:edit".*)$/s;
/** A request for a page of older messages. */
const OLDER = /^42\d+\["conversation:open",\{.*"before":/s;
const STOP = /^42\d+\["typing:stop",/;
/** An acknowledgement: `43<id>[answer]`. */
const ACK = /^43(\d+)\[/;

type Refusal = Pick<ErrorObject, 'code' | 'retryAfterMs' | 'details'>;

/**
 * Stands between a page and its server's socket: holds acknowledgements back, refuses sends, makes older
 * messages wait, cuts the line.
 */
export class SocketTap {
  /** Payloads of all sends that left the page. */
  readonly sends: { clientMessageId: string; content: string }[] = [];
  /** Payloads of all edits. */
  readonly edits: { content: string; ifVersion?: number }[] = [];
  /** How often it was said that typing has ended. */
  typingStops = 0;
  /** How often older messages were requested. */
  pages = 0;
  private held: (() => void)[] | null = null;
  private pageDelayMs = 0;
  private refusal: Refusal | null = null;
  private editRefusal: Refusal | null = null;
  private readonly open = new Set<WebSocketRoute>();
  private cut = false;

  static async on(page: Page): Promise<SocketTap> {
    const tap = new SocketTap();
    await page.routeWebSocket(/\/socket\.io\//, (route) => tap.connect(route));
    // A cut line lets long polling through no more than a socket.
    await page.route(/\/socket\.io\//, (route) => (tap.cut ? route.abort() : route.continue()));
    return tap;
  }

  /** From now on no acknowledgement of the server reaches the page. */
  holdAcks(): void {
    this.held = [];
  }

  /** Lets go of what was kept back, and keeps nothing more back. */
  releaseAcks(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const pass of held) pass();
  }

  /** Answers every send with this refusal instead of passing it on; null passes them on again. */
  refuseSends(code: ErrorObject['code'] | null, retryAfterMs?: number): void {
    this.refusal = code && { code, retryAfterMs };
  }

  /** The same for every edit. */
  refuseEdits(code: ErrorObject['code'] | null, details?: ErrorObject['details']): void {
    this.editRefusal = code && { code, details };
  }

  /** From now on each question for older messages reaches the server this much later. */
  delayPages(ms: number): void {
    this.pageDelayMs = ms;
  }

  /** Ends the connection and refuses every new one; what was kept back is lost. */
  async cutLine(): Promise<void> {
    this.cut = true;
    this.held = null;
    await Promise.all([...this.open].map((route) => route.close()));
    this.open.clear();
  }

  mendLine(): void {
    this.cut = false;
  }

  private connect(route: WebSocketRoute): void {
    if (this.cut) {
      void route.close();
      return;
    }
    this.open.add(route);
    const server = route.connectToServer();
    route.onMessage((frame) => {
      const command = SEND.exec(String(frame));
      if (command) this.sends.push((JSON.parse(command[2] ?? '[]') as [string, never])[1]);
      const isOlder = OLDER.test(String(frame));
      if (isOlder) this.pages += 1;
      if (STOP.test(String(frame))) this.typingStops += 1;
      const edit = EDIT.exec(String(frame));
      if (edit) this.edits.push((JSON.parse(edit[2] ?? '[]') as [string, never])[1]);
      if (command && this.refusal) route.send(answer(command[1], this.refusal));
      else if (edit && this.editRefusal) route.send(answer(edit[1], this.editRefusal));
      else if (isOlder && this.pageDelayMs > 0) setTimeout(() => server.send(frame), this.pageDelayMs);
      else server.send(frame);
    });
    server.onMessage((frame) => {
      if (this.cut) return;
      if (this.held && ACK.test(String(frame))) this.held.push(() => route.send(frame));
      else route.send(frame);
    });
  }
}

function answer(id: string | undefined, refusal: Refusal): string {
  const { message, retryable } = ERRORS[refusal.code];
  const error: ErrorObject = { ...refusal, message, retryable, requestId: 'test' };
  return `43${id}${JSON.stringify([{ success: false, error }])}`;
}
