import { Listeners } from '../listeners.js';
import type { Subscribable } from '../subscribable.js';

/** What listeners may listen to. */
export type Topic = 'conversations' | 'people' | 'unread' | `item ${string}` | `messages ${string}`;

export interface NotifierOptions {
  /** A topic has its first listener. */
  onFirst: (topic: Topic) => void;
  /** A topic lost its last listener. */
  onLast: (topic: Topic) => void;
  /** A topic lost its last listener and has found no other within that turn. */
  onAbandoned: (topic: Topic) => void;
}

/** Listeners by topic. Everything that is touched within one turn of the microtask queue is notified once. */
export class Notifier {
  readonly #listeners = new Map<Topic, Listeners>();
  readonly #touched = new Set<Topic>();

  constructor(private readonly options: NotifierOptions) {}

  view<T>(topic: Topic, getSnapshot: () => T): Subscribable<T> {
    return { getSnapshot, subscribe: (listener) => this.#subscribe(topic, listener) };
  }

  hears(topic: Topic): boolean {
    return this.#listeners.has(topic);
  }

  /** Those with a listener. */
  topics(): Topic[] {
    return [...this.#listeners.keys()];
  }

  touchAll(): void {
    for (const topic of this.topics()) this.touch(topic);
  }

  touch(topic: Topic): void {
    if (this.hears(topic)) this.#schedule(topic);
  }

  #subscribe(topic: Topic, listener: () => void): () => void {
    const held = this.#listeners.get(topic);
    const listening = held ?? new Listeners();
    const stop = listening.add(listener);
    this.#listeners.set(topic, listening);
    if (!held) this.options.onFirst(topic);
    return () => {
      stop();
      if (!listening.isEmpty || this.#listeners.get(topic) !== listening) return;
      this.#listeners.delete(topic);
      this.options.onLast(topic);
      this.#schedule(topic);
    };
  }

  #schedule(topic: Topic): void {
    if (this.#touched.size === 0) queueMicrotask(() => this.#flush());
    this.#touched.add(topic);
  }

  #flush(): void {
    const topics = [...this.#touched];
    this.#touched.clear();
    for (const topic of topics) {
      const listening = this.#listeners.get(topic);
      if (listening) listening.notify();
      else this.options.onAbandoned(topic);
    }
  }
}
