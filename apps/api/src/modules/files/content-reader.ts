import { createHash } from 'node:crypto';
import { invalid, ParleyError } from '../../kernel/errors.js';
import type { Measured } from './files.repository.js';
import { HEAD_BYTES, mediaTypeOf } from './media-types.js';

/** Measures a content as it passes by to the store: its length, its hash, and its first bytes, which say what it is. */
export class ContentReader {
  private readonly hash = createHash('sha256');
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  size = 0;

  constructor(private readonly mostBytes: number) {}

  /** @throws `too_large` with the first byte beyond the limit; `validation_failed` where there is none at all. */
  async *read(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const part of content) {
      this.size += part.length;
      if (this.size > this.mostBytes) throw tooLarge(this.mostBytes);
      this.hash.update(part);
      this.keepHead(part);
      yield part;
    }
    if (this.size === 0) throw invalid('file', 'must not be empty');
  }

  /** Once all of it has passed. */
  async measured(): Promise<Measured> {
    const mediaType = await mediaTypeOf(Buffer.concat(this.head));
    return { sha256: this.hash.digest(), size: this.size, mediaType };
  }

  private keepHead(part: Buffer): void {
    const missing = HEAD_BYTES - this.headBytes;
    if (missing <= 0) return;
    // A copy: the parser's buffer has more in it.
    this.head.push(Buffer.from(part.subarray(0, missing)));
    this.headBytes += Math.min(missing, part.length);
  }
}

export function tooLarge(mostBytes: number): ParleyError {
  return new ParleyError('too_large', {
    message: `A file may have at most ${mostBytes} bytes.`,
    details: [{ path: 'file', message: `must be at most ${mostBytes} bytes` }],
  });
}
