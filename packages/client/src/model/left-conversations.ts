import { setNewest } from './bounded.js';
import { type DurableEvent, HeldEvents } from './held-events.js';

/** Conversations remembered that were left. */
const LEFT = 1_000;
/** Conversations of which events are kept. */
const STRANGERS = 100;

interface Stranger {
  readonly events: HeldEvents;
  /** An event of it came that could not be kept. */
  hasMissed: boolean;
  /** When the latest came, by the store's clock. */
  heardAt: number;
}

/**
 * What is known of conversations outside the store: when one was left, and events of one that has not been announced
 * yet.
 */
export class LeftConversations {
  /** The version of my removal, or a lower one where its event did not come. */
  readonly #left = new Map<string, number>();
  readonly #strangers = new Map<string, Stranger>();
  /** When an event was last dropped for want of room; 0: none was. */
  #lostAt = 0;

  leave(id: string, version: number): void {
    setNewest(this.#left, [id, version], LEFT);
  }

  /** Whether a picture of this version is from before it was left. */
  wasLeftAfter(id: string, version: number): boolean {
    return (this.#left.get(id) ?? 0) > version;
  }

  /** Keeps an event of a conversation that may be about to be announced. Returns whether a sync is needed for it. */
  hear(event: DurableEvent, now: number): boolean {
    const { conversationId, version } = event.payload;
    if (this.wasLeftAfter(conversationId, version - 1)) return false;
    const stranger = this.#strangerOf(conversationId, now);
    if (!stranger.events.add(event)) stranger.hasMissed = true;
    return true;
  }

  /** Something without a version came for a conversation outside the store. As `hear`, but it is not kept. */
  miss(conversationId: string, now: number): boolean {
    if (this.#left.has(conversationId)) return false;
    this.#strangerOf(conversationId, now).hasMissed = true;
    return true;
  }

  /** It is in the store from now on. Returns its events so far, and whether they are all. */
  enter(id: string): { events: DurableEvent[]; isAll: boolean } {
    const stranger = this.#strangers.get(id);
    this.#left.delete(id);
    this.#strangers.delete(id);
    return { events: [...(stranger?.events ?? [])], isAll: this.#lostAt === 0 && !stranger?.hasMissed };
  }

  /** Forgets conversations that a complete answer to a sync of then did not contain: they are not mine. */
  forgetHeardBefore(askedAt: number): void {
    for (const [id, { heardAt }] of this.#strangers) if (heardAt < askedAt) this.#strangers.delete(id);
    if (this.#lostAt < askedAt) this.#lostAt = 0;
  }

  clear(): void {
    this.#left.clear();
    this.#strangers.clear();
    this.#lostAt = 0;
  }

  #strangerOf(id: string, now: number): Stranger {
    const stranger = this.#strangers.get(id) ?? { events: new HeldEvents(), hasMissed: false, heardAt: now };
    stranger.heardAt = now;
    if (this.#strangers.has(id) || this.#strangers.size < STRANGERS) this.#strangers.set(id, stranger);
    else this.#lostAt = now;
    return stranger;
  }
}
