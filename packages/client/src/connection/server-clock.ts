/**
 * The server's clock, as far as it was told. Counted on by a clock that nobody sets: the device's own may be wrong, and
 * may be put right at any moment. That clock may stand still while the device sleeps; each connection sets it anew.
 */
export class ServerClock {
  #offset: number | null = null;

  /** Milliseconds; by the device's clock until the server has told its own once. */
  now(): number {
    return this.#offset === null ? Date.now() : performance.now() + this.#offset;
  }

  /** The server says that it is this time now. */
  set(time: string): void {
    const told = Date.parse(time) - performance.now();
    if (Number.isFinite(told)) this.#offset = told;
  }

  /** Something happened at the server at this time. */
  atLeast(time: string): void {
    if (this.#offset !== null && Date.parse(time) > this.now()) this.set(time);
  }
}
