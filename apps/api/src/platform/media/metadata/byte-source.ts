/** Beyond so many structures a content is no picture or recording that a device wrote. */
const MOST_STRUCTURES = 100_000;
/** So many are read before whatever else waits has its turn. */
const STRUCTURES_A_TURN = 500;
const NOTHING = Buffer.alloc(0);

/**
 * A content as it comes, read in pieces of the reader's choice; what is passed on is never held whole. Each piece is good until
 * the next one is asked for, as the blocks that come are.
 */
export class ByteSource {
  private held: Buffer = NOTHING;
  private structures = 0;
  private readonly content: AsyncIterator<Buffer, unknown>;

  constructor(content: AsyncIterable<Buffer>) {
    this.content = content[Symbol.asyncIterator]();
  }

  /**
   * The next so many bytes without taking them; fewer at the end. Asked for the head of each structure; of a content with more of
   * them than any has, nothing more is shown, and what is left of it passes as it is.
   */
  async peek(length: number): Promise<Buffer> {
    if (this.structures === MOST_STRUCTURES) return NOTHING;
    this.structures += 1;
    if (this.structures % STRUCTURES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    return this.show(length);
  }

  /** Takes so many bytes; fewer at the end. */
  async take(length: number): Promise<Buffer> {
    const taken = await this.show(length);
    this.held = this.held.subarray(taken.length);
    return taken;
  }

  /** Passes so many bytes on, as they come. */
  async *pass(length: number): AsyncGenerator<Buffer, void> {
    for (let left = length; left > 0; ) {
      if (!(await this.holds(1))) return;
      const part = this.held.subarray(0, left);
      this.held = this.held.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  rest(): AsyncGenerator<Buffer, void> {
    return this.pass(Number.POSITIVE_INFINITY);
  }

  /** Passes on all that comes before the first place at which `find` finds something; it needs `ahead` bytes from there on. */
  async *passUntil(find: (held: Buffer) => number, ahead: number): AsyncGenerator<Buffer, void> {
    for (;;) {
      const at = find(this.held);
      const sure = at >= 0 ? at : Math.max(0, this.held.length - ahead + 1);
      if (sure > 0) yield this.held.subarray(0, sure);
      this.held = this.held.subarray(sure);
      if (at >= 0) return;
      if (await this.holds(this.held.length + 1)) continue;
      yield* this.rest();
      return;
    }
  }

  /** Reads to the end, as whoever sends has to be heard out. */
  async drop(length = Number.POSITIVE_INFINITY): Promise<void> {
    for await (const part of this.pass(length)) void part;
  }

  /** Tells whoever sends that nothing more is read. */
  async close(): Promise<void> {
    await this.content.return?.();
  }

  private async show(length: number): Promise<Buffer> {
    await this.holds(length);
    return this.held.subarray(0, length);
  }

  /** Whether so many bytes are there. A block's memory may be used again for the next one, so what is held of it is copied. */
  private async holds(length: number): Promise<boolean> {
    if (this.held.length >= length) return true;
    const copies: Buffer[] = [];
    for (let bytes = this.held.length; bytes < length; bytes += this.held.length) {
      copies.push(Buffer.from(this.held));
      this.held = NOTHING;
      const next = await this.content.next();
      if (next.done === true) break;
      this.held = next.value;
    }
    this.held = copies.some((each) => each.length > 0) ? Buffer.concat([...copies, this.held]) : this.held;
    return this.held.length >= length;
  }
}
