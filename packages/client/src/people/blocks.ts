import type { EventName, Events, Page, UserView } from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import type { Subscribable } from '../subscribable.js';
import { Value } from '../value.js';

/** Whom this person blocks, by id: as fetched after the latest connection, and as events have changed it since. */
export class Blocks {
  readonly #value = new Value<ReadonlySet<string>>(new Set());
  readonly known: Subscribable<ReadonlySet<string>> = this.#value;
  #changes = 0;

  constructor(private readonly fetch: () => Promise<Page<UserView>>) {}

  /** After each connection, since events may have been missed. What cannot be fetched stays as it was. */
  async resume(): Promise<void> {
    const changes = this.#changes;
    try {
      const { items } = await this.fetch();
      // The answer may be older than an event that came meanwhile.
      if (this.#changes !== changes) return await this.resume();
      this.#value.set(new Set(items.map(({ id }) => id)));
    } catch (fault) {
      raiseDefect(fault);
    }
  }

  applyEvent<Name extends EventName>(name: Name, payload: Events[Name]): void {
    if (name !== 'user:blocked') return;
    const { userId, isBlocked } = payload as Events['user:blocked'];
    this.#changes += 1;
    const next = new Set(this.#value.getSnapshot());
    if (isBlocked) next.add(userId);
    else next.delete(userId);
    this.#value.set(next);
  }

  /** Another person is signed in. */
  clear(): void {
    this.#changes += 1;
    this.#value.set(new Set());
  }
}
