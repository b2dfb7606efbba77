import { callSafely } from './call-safely.js';
import type { Subscribable } from './subscribable.js';

/** A `Subscribable` that its owner sets. */
export class Value<T> implements Subscribable<T> {
  readonly #listeners = new Set<() => void>();

  constructor(private present: T) {}

  readonly getSnapshot = (): T => this.present;

  readonly subscribe = (listener: () => void): (() => void) => {
    // Wrapped: the same function subscribed twice is two subscriptions.
    const own = () => listener();
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  };

  set(next: T): void {
    if (Object.is(next, this.present)) return;
    this.present = next;
    for (const listener of [...this.#listeners]) callSafely(listener);
  }
}
