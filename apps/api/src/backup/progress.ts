const EVERY_MS = 2_000;

/** Tells whoever waits how far a command is, on standard error, every two seconds. */
export class Progress {
  private toldAt = performance.now();

  /** What may be told; it is not if something was just before. */
  at(text: () => string): void {
    if (performance.now() - this.toldAt < EVERY_MS) return;
    this.say(text());
  }

  /** What is told in any case. */
  say(text: string): void {
    this.toldAt = performance.now();
    process.stderr.write(`${text}\n`);
  }
}

export const grouped = (count: number): string => count.toLocaleString('en-US');

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
