import { EventEmitter } from 'node:events';
import { type messages, PGlite } from '@electric-sql/pglite';
import { type DatabaseError, parse } from 'pg-protocol';

type Options = NonNullable<Parameters<PGlite['execProtocolStream']>[1]>;
type Answer = messages.BackendMessage;

/**
 * PGlite reads values with a decoder that takes a leading U+FEFF for a byte order mark and drops it. Here its answers are
 * read to the letter, by the parser that also reads those of a real Postgres.
 */
export class EmbeddedClient extends PGlite {
  static async open(...options: ConstructorParameters<typeof PGlite>): Promise<EmbeddedClient> {
    const client = new EmbeddedClient(...options);
    await client.waitReady;
    return client;
  }

  /** All questions of `query` and `exec` go this way, one at a time. */
  override async execProtocolStream(question: Uint8Array, { throwOnError = true }: Options = {}): Promise<Answer[]> {
    const received: Buffer[] = [];
    // What is handed over lies in the engine's own memory: it is copied.
    const onRawData = (bytes: Uint8Array) => void received.push(Buffer.from(bytes));
    await this.execProtocolRawStream(question, { syncToFs: false, onRawData });
    const answers = read(Buffer.concat(received));
    const fault = answers.find((each) => each.name === 'error');
    if (fault && throwOnError) throw fault as unknown as DatabaseError;
    return answers;
  }
}

function read(received: Buffer): Answer[] {
  const answers: Answer[] = [];
  const wire = new EventEmitter() as NodeJS.ReadableStream;
  void parse(wire, (answer) => void answers.push(answer as Answer));
  wire.emit('data', received);
  return answers;
}
