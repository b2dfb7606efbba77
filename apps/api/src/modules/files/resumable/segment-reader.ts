import { releaseMemory } from '../../../kernel/release-memory.js';

/** How much of a request becomes one part; tests make them small. */
export const SEGMENT = {
  bytes: 4_194_304,
  /** After so long it ends with less, so that what a slow line brings is kept too. */
  ms: 5_000,
  leastBytes: 262_144,
};

/**
 * What one request brings, in segments, so that a node that dies loses no more than the last of them. Where the request is cut
 * off it ends there: what has come is kept.
 */
export class SegmentReader {
  /** Of the segment that was read last. */
  size = 0;
  private readonly pieces: AsyncIterator<Buffer>;
  private first: Buffer | null = null;

  constructor(content: AsyncIterable<Buffer>) {
    this.pieces = content[Symbol.asyncIterator]();
  }

  /** Waits for the first byte of the next segment. False where the request has ended. */
  async hasMore(): Promise<boolean> {
    this.first = await this.pull();
    return this.first !== null;
  }

  /** Each piece is good until the next one is asked for. @throws where more comes than was announced. */
  async *read(): AsyncGenerator<Buffer> {
    const soon = Date.now() + SEGMENT.ms;
    this.size = 0;
    for (let piece = this.first; piece !== null; piece = this.isFull(soon) ? null : await this.pull()) {
      this.size += piece.length;
      yield piece;
      releaseMemory(piece);
    }
  }

  private isFull(soon: number): boolean {
    return this.size >= SEGMENT.bytes || (this.size >= SEGMENT.leastBytes && Date.now() >= soon);
  }

  private async pull(): Promise<Buffer | null> {
    try {
      const next = await this.pieces.next();
      return next.done === true ? null : next.value;
    } catch (fault) {
      // A refusal of the package's, where more comes than was announced; anything else is a line that was cut.
      if (typeof (fault as { status_code?: unknown } | undefined)?.status_code === 'number') throw fault;
      return null;
    }
  }
}
