/** Calls back once it has not been renewed for `ms` milliseconds. */
export class InactivityTimeout {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ms: number,
    private readonly onEnd: () => void,
  ) {
    this.renew();
  }

  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.onEnd, this.ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
