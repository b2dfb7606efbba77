import type { EventName, Events } from '@parley/protocol';
import { callSafely } from './call-safely.js';

/** The application's own ears for events. */
export class Listeners {
  readonly #byName = new Map<EventName, Set<(payload: never) => void>>();

  on<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const set = this.#byName.get(name) ?? new Set();
    // Wrapped: the same function given twice hears twice.
    const own = (payload: Events[Name]) => listener(payload);
    this.#byName.set(name, set.add(own));
    return () => {
      set.delete(own);
    };
  }

  tell<Name extends EventName>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.#byName.get(name) ?? [])])
      callSafely(listener as (given: Events[Name]) => void, payload);
  }
}
