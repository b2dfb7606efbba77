import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';

/** Compiled, as a thread is begun from a file. */
const ENGINE = new URL('../../dist/database/embedded-engine.js', import.meta.url);
const IO_ERROR = '58030';

/** What a thread of the embedded database is told. */
export interface EnginePlace {
  /** Where the database is, or is to be made. */
  directory: string;
  /** Whether what it promises is to survive a loss of power. */
  isSynced: boolean;
}

/** The way to an embedded database in a thread of its own, for the option `stream` of node-postgres. */
export class EngineSocket extends Duplex {
  /** Resolves once its thread has ended, some time after the stream has. */
  readonly exited: Promise<unknown>;
  private readonly thread: Worker;
  private isOpen = false;
  /** What an engine that has given itself up has said last. */
  private lastWords = '';
  private onClosed: (() => void) | null = null;

  constructor(place: EnginePlace) {
    super();
    this.thread = new Worker(ENGINE, { name: 'embedded database', workerData: place });
    this.thread.on('message', (answer: Uint8Array | string | null) => this.receive(answer));
    this.thread.once('error', (fault: Error) => this.destroy(this.isOpen ? stopped(fault) : fault));
    // Not `once` of Node's events: that is over with an error, when the thread is not.
    this.exited = new Promise((resolve) => this.thread.once('exit', resolve));
    this.thread.once('exit', () => this.destroy(this.isOpen ? undefined : closed(this.lastWords)));
  }

  /** Its client calls this once it listens. */
  connect(): void {
    if (this.isOpen) process.nextTick(() => this.emit('connect'));
  }

  setNoDelay(): void {
    // Nothing waits for more.
  }

  override _read(): void {
    // Whoever asks waits for all of the answer, and reads it at once.
  }

  override _write(message: Buffer, _encoding: string, done: () => void): void {
    this.ask([message]);
    done();
  }

  override _writev(messages: { chunk: Buffer }[], done: () => void): void {
    this.ask(messages.map(({ chunk }) => chunk));
    done();
  }

  /** The engine writes its files. Its thread is not waited for: that may take seconds, in which V8 compiles what it ran. */
  override _final(done: () => void): void {
    this.onClosed = done;
    this.thread.postMessage(null);
  }

  override _destroy(fault: Error | null, done: (fault: Error | null) => void): void {
    this.onClosed?.();
    void this.thread.terminate();
    done(fault);
  }

  private receive(answer: Uint8Array | string | null): void {
    if (typeof answer === 'string') {
      this.lastWords = answer;
    } else if (answer) {
      this.push(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
    } else if (this.isOpen) {
      this.destroy();
    } else {
      this.isOpen = true;
      this.emit('connect');
    }
  }

  private ask(messages: readonly Buffer[]): void {
    // In memory of its own, which is handed over.
    const question = new Uint8Array(messages.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const message of messages) {
      question.set(message, at);
      at += message.length;
    }
    this.thread.postMessage(question, [question.buffer]);
  }
}

/** In the middle of something, whose end is not known: as Postgres itself would say that its files cannot be used. */
const stopped = (cause: Error): Error =>
  Object.assign(new Error(`the engine has stopped: ${cause.message}`, { cause }), { code: IO_ERROR });

const closed = (lastWords: string): Error =>
  new Error(`the embedded database does not open: ${lastWords || 'it has ended'}`);
