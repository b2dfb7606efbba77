/**
 * The server's clock, as announced last and counted on by a monotonic clock: the device's own may be wrong, and may be
 * set at any moment. A monotonic clock may stand still while the device sleeps; each connection sets it anew.
 */
export class ServerClock {
  #offset: number | null = null;

  /** Milliseconds; by the device's clock until the server has announced its own. */
  now(): number {
    return this.#offset === null ? Date.now() : performance.now() + this.#offset;
  }

  /** Takes the server's time as of now. */
  set(time: string): void {
    const told = Date.parse(time) - performance.now();
    if (Number.isFinite(told)) this.#offset = told;
  }

  /** Something happened at the server at this time. */
  atLeast(time: string): void {
    if (this.#offset !== null && Date.parse(time) > this.now()) this.set(time);
  }
}
