import { Listeners } from './listeners.js';
import type { Subscribable } from './subscribable.js';

/** A `Subscribable` that its owner sets. */
export class Value<T> implements Subscribable<T> {
  readonly #listeners = new Listeners();
  #present: T;

  constructor(present: T) {
    this.#present = present;
  }

  get hasListeners(): boolean {
    return !this.#listeners.isEmpty;
  }

  readonly getSnapshot = (): T => this.#present;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  set(next: T): void {
    if (Object.is(next, this.#present)) return;
    this.#present = next;
    this.#listeners.notify();
  }
}
