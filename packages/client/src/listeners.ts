import { callSafely } from './call-safely.js';

/** Listeners of one event. */
export class Listeners<Args extends unknown[] = []> {
  readonly #all = new Set<(...args: Args) => void>();

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** Returns the unsubscribe function. A function added twice is called twice. */
  add(listener: (...args: Args) => void): () => void {
    const own = (...args: Args) => listener(...args);
    this.#all.add(own);
    return () => {
      this.#all.delete(own);
    };
  }

  /** One that throws does not keep the others from being called. */
  notify(...args: Args): void {
    for (const listener of [...this.#all]) callSafely(listener, ...args);
  }
}
