import { createHash } from 'node:crypto';

/** Repeatable chance: the same label gives the same numbers, on every machine. */
export class Random {
  private readonly words: Uint32Array;

  constructor(private readonly label: string) {
    const digest = createHash('sha256').update(label).digest();
    // All zero would stay zero.
    this.words = Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32LE(at) | 1);
  }

  /** From 0 up to 1, 1 excluded. Marsaglia's xorshift with 128 bits of state. */
  next(): number {
    const [x = 0, , , w = 0] = this.words;
    const mixed = x ^ (x << 11);
    this.words.copyWithin(0, 1);
    this.words[3] = w ^ (w >>> 19) ^ mixed ^ (mixed >>> 8);
    return (this.words[3] as number) / 2 ** 32;
  }

  /** A whole number from 0 up to `end`, `end` excluded. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** Another source, whose numbers do not depend on how many were taken from this one. */
  fork(name: string): Random {
    return new Random(`${this.label}/${name}`);
  }
}
