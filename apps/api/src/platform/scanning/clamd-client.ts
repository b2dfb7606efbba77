import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { ScannerAddress } from '../../config/config.js';

/** What ClamAV says of a content; `beyond_limit`: its `StreamMaxLength` is smaller. */
export type Verdict = { is: 'clean' } | { is: 'found'; signature: string } | { is: 'beyond_limit' };

/** The daemon cannot be reached, says nothing for too long, or something that is no verdict. */
export class ScannerFailed extends Error {}

/**
 * It hung up without an answer. Who goes on sending to a daemon that has said that it is too much, and hung up, gets to know of the
 * latter only, if that comes first.
 */
export class ScannerHungUp extends ScannerFailed {}

/** Between two signs of life. A daemon that loads new signatures answers nobody meanwhile. */
const SILENT_MS = 60_000;
const LONGEST_REPLY = 4_096;
const END_OF_STREAM = Buffer.alloc(4);

/** Asks ClamAV's daemon, over a connection for each question. Protocol: clamd(8), commands with the prefix `z`. */
export class ClamdClient {
  constructor(private readonly address: ScannerAddress) {}

  /** @throws {ScannerFailed} */
  async ping(): Promise<void> {
    const reply = await this.ask([Buffer.from('zPING\0')]);
    if (reply !== 'PONG') throw new ScannerFailed(`The scanner answered a ping with ${JSON.stringify(reply)}.`);
  }

  /**
   * Has all of the content looked at, as fast as the daemon takes it.
   * @throws {ScannerFailed}, or what the content itself fails with.
   */
  async scan(content: AsyncIterable<Buffer>): Promise<Verdict> {
    let fault: unknown = null;
    const noted = noting(content, (each) => {
      fault = each;
    });
    const reply = await this.ask(framed(noted)).catch((away: unknown) => {
      throw fault ?? away;
    });
    if (reply === 'stream: OK') return { is: 'clean' };
    const signature = /^stream: (.+) FOUND$/.exec(reply)?.[1];
    if (signature !== undefined) return { is: 'found', signature };
    if (reply.startsWith('INSTREAM size limit exceeded')) return { is: 'beyond_limit' };
    throw new ScannerFailed(`The scanner answered ${JSON.stringify(reply)}.`);
  }

  private async ask(question: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<string> {
    const { address } = this;
    const socket = 'path' in address ? connect(address.path) : connect(address);
    socket.setTimeout(SILENT_MS, () => socket.destroy(new Error('It said nothing for too long.')));
    try {
      const reply = replyOf(socket);
      // A daemon that has heard enough answers and closes: what could not be sent then is no fault.
      pipeline(question, socket, { end: false }).catch(() => socket.destroy());
      return await reply;
    } finally {
      socket.destroy();
    }
  }
}

/** What the content fails with is told apart from what the connection does. */
async function* noting(content: AsyncIterable<Buffer>, note: (fault: unknown) => void): AsyncGenerator<Buffer> {
  try {
    yield* content;
  } catch (fault) {
    note(fault);
    throw fault;
  }
}

async function* framed(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from('zINSTREAM\0');
  for await (const part of content) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    yield length;
    yield part;
  }
  yield END_OF_STREAM;
}

/** All that comes until the daemon closes, without the zero byte at its end. */
function replyOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    let cause: Error | undefined;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      if (reply.length < LONGEST_REPLY) reply += text;
    });
    socket.on('error', (fault) => {
      cause = fault;
    });
    socket.on('close', () => {
      if (reply.endsWith('\0')) resolve(reply.slice(0, -1));
      else reject(new ScannerHungUp('The scanner is away, or hung up.', { cause }));
    });
  });
}
