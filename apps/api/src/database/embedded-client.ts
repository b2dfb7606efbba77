import { EventEmitter } from 'node:events';
import { type messages, PGlite } from '@electric-sql/pglite';
import { type DatabaseError, parse } from 'pg-protocol';
import { DURABLE_START, DurableFiles } from './durable-files.js';

type Options = NonNullable<Parameters<PGlite['execProtocolStream']>[1]>;
type Answer = messages.BackendMessage;

/** The default of 128 MB would be taken from the process's memory. */
const SETTINGS = ['shared_buffers = 16MB'];
const IO_ERROR = '58030';

/**
 * PGlite reads values with a decoder that takes a leading U+FEFF for a byte order mark and drops it. Here its answers are
 * read to the letter, by the parser that also reads those of a real Postgres.
 */
export class EmbeddedClient extends PGlite {
  /** Why the engine has stopped; null while it runs. */
  private end: string | null = null;

  /** Opens the database in a directory, and makes it where there is none. */
  static async open(directory: string): Promise<EmbeddedClient> {
    const files = new DurableFiles(directory);
    const client = new EmbeddedClient({ fs: files, startParams: DURABLE_START, postgresqlconf: SETTINGS });
    await client.waitReady;
    files.settle();
    return client;
  }

  /** The same, of files that need not survive a loss of power: nothing is synced. */
  static async openUnsynced(directory: string): Promise<EmbeddedClient> {
    const client = new EmbeddedClient({ dataDir: directory, postgresqlconf: SETTINGS });
    await client.waitReady;
    return client;
  }

  /** After a panic, on a disk that fails for example, an engine is of no use any more; another one recovers its directory. */
  get hasStopped(): boolean {
    return this.end !== null;
  }

  override async close(): Promise<void> {
    if (!this.hasStopped) await super.close();
  }

  /** All questions of `query` and `exec` go this way, one at a time. */
  override async execProtocolStream(question: Uint8Array, { throwOnError = true }: Options = {}): Promise<Answer[]> {
    // PGlite would look for an answer without end.
    if (this.end !== null) throw stopped(this.end);
    const received: Buffer[] = [];
    // What is handed over lies in the engine's own memory: it is copied.
    const onRawData = (bytes: Uint8Array) => void received.push(Buffer.from(bytes));
    await this.execProtocolRawStream(question, { syncToFs: false, onRawData }).catch((fault: unknown) => {
      // In the middle of something: nothing is known of the state in which that left it.
      this.end = String(fault);
      throw stopped(this.end, fault);
    });
    const answers = read(Buffer.concat(received));
    const faults = answers.filter((each) => each.name === 'error') as unknown as DatabaseError[];
    this.end = faults.find(({ severity }) => severity === 'PANIC' || severity === 'FATAL')?.message ?? null;
    const [fault] = faults;
    if (fault && throwOnError) throw fault;
    return answers;
  }
}

/** As Postgres itself would say that its files cannot be used. */
const stopped = (why: string, cause?: unknown): Error =>
  Object.assign(new Error(`the engine has stopped: ${why}`, { cause }), { code: IO_ERROR });

function read(received: Buffer): Answer[] {
  const answers: Answer[] = [];
  const wire = new EventEmitter() as NodeJS.ReadableStream;
  void parse(wire, (answer) => void answers.push(answer as Answer));
  wire.emit('data', received);
  return answers;
}
