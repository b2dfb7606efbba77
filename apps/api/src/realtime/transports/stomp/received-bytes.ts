const NONE = Buffer.alloc(0);

/**
 * What has come and is not read to the end. Clients cut frames wherever they like, also into single bytes, and a list of
 * pieces would cost far more than what is in them: so there is one buffer, which grows by doubling.
 */
export class ReceivedBytes {
  private store: Buffer = NONE;
  private size = 0;
  /** Whether `store` is a message of the WebSocket, which must not be kept for the sake of its last bytes. */
  private isBorrowed = false;

  get length(): number {
    return this.size;
  }

  get view(): Buffer {
    return this.store.subarray(0, this.size);
  }

  append(data: Buffer): void {
    if (this.size === 0) {
      this.store = data;
      this.isBorrowed = true;
    } else {
      const size = this.size + data.length;
      if (this.isBorrowed || size > this.store.length) this.move(Math.max(size, 2 * this.size));
      data.copy(this.store, this.size);
    }
    this.size += data.length;
  }

  /** Forgets so many from the beginning. */
  drop(count: number): void {
    this.size -= count;
    this.store = this.size === 0 ? NONE : this.store.subarray(count);
  }

  /** Called when the rest has to wait for more. */
  settle(): void {
    if (this.isBorrowed && this.size > 0) this.move(this.size);
  }

  private move(capacity: number): void {
    const store = Buffer.allocUnsafeSlow(capacity);
    this.store.copy(store, 0, 0, this.size);
    this.store = store;
    this.isBorrowed = false;
  }
}
