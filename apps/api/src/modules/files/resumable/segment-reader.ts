import { releaseMemory } from '../../../kernel/release-memory.js';
import { BLOCK_BYTES } from '../content-blocks.js';

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
  private readonly block = Buffer.allocUnsafeSlow(BLOCK_BYTES);

  constructor(content: AsyncIterable<Buffer>) {
    this.pieces = content[Symbol.asyncIterator]();
  }

  /** Waits for the first byte of the next segment. False where the request has ended. */
  async hasMore(): Promise<boolean> {
    this.first = await this.pull();
    if (this.first === null) releaseMemory(this.block);
    return this.first !== null;
  }

  /** In blocks whose memory is used again: each is good until the next one is asked for. @throws where more comes than announced. */
  async *read(): AsyncGenerator<Buffer> {
    const soon = Date.now() + SEGMENT.ms;
    this.size = 0;
    let filled = 0;
    for (let piece = this.first; piece !== null; piece = this.isFull(soon) ? null : await this.pull()) {
      this.size += piece.length;
      for (let at = 0; at < piece.length; ) {
        const copied = piece.copy(this.block, filled, at);
        at += copied;
        filled += copied;
        if (filled < BLOCK_BYTES) continue;
        filled = 0;
        yield this.block;
      }
      releaseMemory(piece);
    }
    if (filled > 0) yield this.block.subarray(0, filled);
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
