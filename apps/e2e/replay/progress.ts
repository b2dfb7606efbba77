const ON_TERMINAL_MS = 1000;
const IN_LOG_MS = 10_000;

/** A line with how far a long job is, rewritten in place on a terminal. */
export class Progress {
  private readonly began = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly total: number,
    private readonly done: () => number,
  ) {
    this.timer = setInterval(() => this.show(), process.stdout.isTTY ? ON_TERMINAL_MS : IN_LOG_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    if (process.stdout.isTTY) process.stdout.write('\n');
  }

  private show(): void {
    const done = this.done();
    const rate = done / ((performance.now() - this.began) / 1000);
    const rest = rate > 0 ? Math.round((this.total - done) / rate) : Number.POSITIVE_INFINITY;
    const share = ((done / this.total) * 100).toFixed(1);
    const text = `${done} of ${this.total} lines (${share} %), ${Math.round(rate)}/s, ${rest} s to go`;
    if (process.stdout.isTTY) process.stdout.write(`\r${text}\x1b[K`);
    else console.log(text);
  }
}
