import { createHash } from 'node:crypto';
import type { FileSettings } from '../../config/config.js';
import { invalid, ParleyError } from '../../kernel/errors.js';
import { PlainContent } from '../../platform/media/metadata/plain-content.js';
import type { Measured } from './files.repository.js';
import { HEAD_BYTES, mediaTypeOf } from './media-types.js';

/**
 * Measures a content as it passes by to the store: its length, its hash, and its first bytes, which say what it is. Pictures are
 * stored without what they say about their making.
 */
export class ContentReader {
  private readonly sent = createHash('sha256');
  private readonly stored = createHash('sha256');
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private readonly plain = new PlainContent();
  private sentBytes = 0;
  private storedBytes = 0;

  constructor(private readonly settings: Pick<FileSettings, 'maxBytes' | 'keepsExif'>) {}

  /** @throws `too_large` with the first byte beyond the limit; `validation_failed` where there is none at all. */
  async *read(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const sent = this.measureSent(content);
    for await (const part of this.settings.keepsExif ? sent : this.plain.read(sent)) {
      this.storedBytes += part.length;
      // Of everything else it is the same.
      if (this.plain.isKnown) this.stored.update(part);
      this.keepHead(part);
      yield part;
    }
  }

  /** Once all of it has passed. */
  async measured(): Promise<Measured> {
    const mediaType = await mediaTypeOf(Buffer.concat(this.head));
    const sent = this.sent.digest();
    const sha256 = this.plain.isKnown ? this.stored.digest() : sent;
    const [sentSha256, sentSize] = sent.equals(sha256) ? [null, null] : [sent, this.sentBytes];
    return { sha256, sentSha256, sentSize, size: this.storedBytes, mediaType };
  }

  private async *measureSent(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const { maxBytes } = this.settings;
    for await (const part of content) {
      this.sentBytes += part.length;
      if (this.sentBytes > maxBytes) throw tooLarge(maxBytes);
      this.sent.update(part);
      yield part;
    }
    if (this.sentBytes === 0) throw invalid('file', 'must not be empty');
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
