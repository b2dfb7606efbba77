/** Repeatable chance: the same seed gives the same numbers. */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0 || 1;
  }

  /** From 0 up to 1, 1 excluded. A counter, mixed: neighbouring seeds have nothing in common. */
  next(): number {
    this.state = (this.state + 0x9e3779b9) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to `end`, `end` excluded. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** One of them; null where there are none. */
  pick<T>(items: readonly T[]): T | null {
    return items[this.below(items.length)] ?? null;
  }
}
