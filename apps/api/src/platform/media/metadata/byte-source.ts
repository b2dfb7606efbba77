/** A content as it comes, read in pieces of the reader's choice; what is passed on is never held whole. */
export class ByteSource {
  private held: Buffer = Buffer.alloc(0);
  private readonly content: AsyncIterator<Buffer, unknown>;

  constructor(content: AsyncIterable<Buffer>) {
    this.content = content[Symbol.asyncIterator]();
  }

  /** The next so many bytes without taking them; fewer at the end. */
  async peek(length: number): Promise<Buffer> {
    while (this.held.length < length && (await this.more()));
    return this.held.subarray(0, length);
  }

  /** Takes so many bytes; fewer at the end. */
  async take(length: number): Promise<Buffer> {
    const taken = await this.peek(length);
    this.held = this.held.subarray(taken.length);
    return taken;
  }

  /** Passes so many bytes on, as they come. */
  async *pass(length: number): AsyncGenerator<Buffer, void> {
    for (let left = length; left > 0; ) {
      if (this.held.length === 0 && !(await this.more())) return;
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
      if (await this.more()) continue;
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

  private async more(): Promise<boolean> {
    const next = await this.content.next();
    if (next.done === true) return false;
    this.held = this.held.length === 0 ? next.value : Buffer.concat([this.held, next.value]);
    return true;
  }
}
