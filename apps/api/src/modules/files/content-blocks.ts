/** Of one write to the store: fewer of them cost less, larger ones hold up what else a node does. */
const BLOCK_BYTES = 262_144;
/** Blocks that wait for the store; one more is with it, and one is being filled. */
const MOST_WAITING = 1;

/**
 * A content between the form that it comes in and the store that it goes to, in blocks whose memory is used again: each is good
 * until the next one is asked for.
 */
export class ContentBlocks implements AsyncIterable<Buffer> {
  private readonly waiting: Buffer[] = [];
  private readonly free: Buffer[] = [];
  private filling: Buffer | null = null;
  private filled = 0;
  private isWhole = false;
  private fault: Error | null = null;
  private isAbandoned = false;
  private reader: (() => void) | null = null;
  private writer: (() => void) | null = null;

  /** Whether more may be added; if not, `onRoom` tells when. */
  get hasRoom(): boolean {
    return this.isAbandoned || this.waiting.length < MOST_WAITING;
  }

  /** Calls once when there is room again. */
  onRoom(tell: () => void): void {
    this.writer = tell;
  }

  /** Copies a part. */
  add(part: Buffer): void {
    for (let at = 0; at < part.length && !this.isAbandoned; ) {
      this.filling ??= this.free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
      const copied = part.copy(this.filling, this.filled, at);
      at += copied;
      this.filled += copied;
      if (this.filled === BLOCK_BYTES) this.pass();
    }
  }

  /** There is no more. */
  end(): void {
    if (this.filled > 0) this.pass();
    this.isWhole = true;
    this.reader?.();
  }

  /** No more will come, and this is why. */
  fail(fault: Error): void {
    this.fault ??= fault;
    this.reader?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        if (this.fault) throw this.fault;
        const block = this.waiting.shift();
        if (block) {
          this.tellWriter();
          yield block;
          if (block.length === BLOCK_BYTES) this.free.push(block);
        } else if (this.isWhole) return;
        else await this.more();
      }
    } finally {
      this.isAbandoned = true;
      this.tellWriter();
    }
  }

  private pass(): void {
    if (this.filling) this.waiting.push(this.filling.subarray(0, this.filled));
    this.filling = null;
    this.filled = 0;
    this.reader?.();
  }

  private more(): Promise<void> {
    return new Promise((resolve) => {
      this.reader = resolve;
    });
  }

  private tellWriter(): void {
    const { writer } = this;
    this.writer = null;
    writer?.();
  }
}
