import type { EventName, Events, Page, UserView } from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import { backOff } from '../connection/back-off.js';
import { SdkError } from '../sdk-error.js';
import type { Subscribable } from '../subscribable.js';
import { Value } from '../value.js';

/** Whom this person blocks, by id: as fetched after the latest connection, and as events have changed it since. */
export class Blocks {
  readonly #value = new Value<ReadonlySet<string>>(new Set());
  readonly known: Subscribable<ReadonlySet<string>> = this.#value;
  #changes = 0;
  #isOnline = false;
  /** Runs until the list is fetched again after a failure. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly fetch: () => Promise<Page<UserView>>) {}

  /** After each connection, since events may have been missed. It stays as it was until it could be fetched. */
  resume(): Promise<void> {
    this.#isOnline = true;
    return this.#load(1);
  }

  pause(): void {
    this.#isOnline = false;
    clearTimeout(this.#timer);
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

  async #load(attempt: number): Promise<void> {
    const changes = this.#changes;
    try {
      const { items } = await this.fetch();
      // The answer may be older than an event that came meanwhile.
      if (this.#changes !== changes) return await this.#load(attempt);
      this.#value.set(new Set(items.map(({ id }) => id)));
    } catch (fault) {
      raiseDefect(fault);
      if (!this.#isOnline || !(fault instanceof SdkError && fault.retryable)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#load(attempt + 1), fault.retryAfterMs ?? backOff(attempt));
    }
  }
}
