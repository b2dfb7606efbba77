import type { IncomingMessage } from 'node:http';
import { uploadTurns } from '../upload-turns.js';

/** Of a body that its reader has not asked for yet. */
const MOST_WAITING = 65_536;

/**
 * The body of a request as a stream of the web: each chunk is handed on in the memory that it came in, which Node's own
 * conversion copies, and no more of it in a turn than all uploads may read.
 */
export class RequestBody {
  readonly stream: ReadableStream<Uint8Array>;
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  private waitsForTurn = false;

  constructor(private readonly request: IncomingMessage) {
    request.pause();
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      this.controller = controller;
    };
    this.stream = new ReadableStream<Uint8Array>(
      { start, pull: this.resume, cancel: () => this.leave() },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
    );
    request.on('data', this.pass).once('end', this.end).once('error', this.cut).once('close', this.cut);
  }

  /** Whoever reads it reads no more, and what still comes is thrown away, so that the request can be answered. */
  leave(): void {
    const { request } = this;
    request.off('data', this.pass).off('end', this.end).off('error', this.cut).off('close', this.cut);
    this.fail('The content is not wanted any more.');
    request.on('error', () => undefined).resume();
  }

  private readonly pass = (chunk: Buffer): void => {
    this.controller?.enqueue(chunk);
    const hasTime = uploadTurns.hasTime();
    if (this.isWanted && hasTime) return;
    this.request.pause();
    if (hasTime) return;
    this.waitsForTurn = true;
    uploadTurns.onNext(() => {
      this.waitsForTurn = false;
      this.resume();
    });
  };

  private readonly resume = (): void => {
    if (this.isWanted && !this.waitsForTurn) this.request.resume();
  };

  private readonly end = (): void => {
    this.controller?.close();
    this.controller = null;
  };

  private readonly cut = (): void => {
    if (!this.request.complete) this.fail('The request was cut off.');
  };

  private get isWanted(): boolean {
    return (this.controller?.desiredSize ?? 0) > 0;
  }

  private fail(why: string): void {
    this.controller?.error(new Error(why));
    this.controller = null;
  }
}
