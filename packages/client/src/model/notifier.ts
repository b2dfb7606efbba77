import type { Subscribable } from '../subscribable.js';

/** What listeners may listen to. */
export type Topic = 'conversations' | 'people' | 'unread' | `item ${string}` | `messages ${string}`;

/**
 * Listeners by topic. Everything that is touched within one turn of the microtask queue is told of once.
 * A listener that throws does not keep the others from hearing.
 */
export class Notifier {
  readonly #listeners = new Map<Topic, Set<() => void>>();
  readonly #touched = new Set<Topic>();
  readonly #abandoned = new Set<Topic>();
  #isScheduled = false;

  /** `onAbandoned`: a topic lost its last listener and has found no other since. */
  constructor(private readonly onAbandoned: (topic: Topic) => void) {}

  view<T>(topic: Topic, getSnapshot: () => T): Subscribable<T> {
    return { getSnapshot, subscribe: (listener) => this.#subscribe(topic, listener) };
  }

  #subscribe(topic: Topic, listener: () => void): () => void {
    const own = () => listener();
    const listening = this.#listeners.get(topic);
    if (listening) listening.add(own);
    else this.#listeners.set(topic, new Set([own]));
    return () => {
      const left = this.#listeners.get(topic);
      if (!left?.delete(own) || left.size > 0) return;
      this.#listeners.delete(topic);
      this.#abandoned.add(topic);
      this.#schedule();
    };
  }

  hears(topic: Topic): boolean {
    return this.#listeners.has(topic);
  }

  touch(topic: Topic): void {
    if (!this.#listeners.has(topic)) return;
    this.#touched.add(topic);
    this.#schedule();
  }

  touchAll(): void {
    for (const topic of this.#listeners.keys()) this.touch(topic);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    const topics = [...this.#touched];
    const abandoned = [...this.#abandoned];
    this.#touched.clear();
    this.#abandoned.clear();
    for (const topic of abandoned) if (!this.hears(topic)) this.onAbandoned(topic);
    for (const topic of topics) {
      for (const listener of [...(this.#listeners.get(topic) ?? [])]) tell(listener);
    }
  }
}

function tell(listener: () => void): void {
  try {
    listener();
  } catch (fault) {
    queueMicrotask(() => {
      throw fault;
    });
  }
}
