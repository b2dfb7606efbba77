import { type DurableEvent, HeldEvents } from './held-events.js';

/** Conversations remembered that were left. */
const LEFT = 1_000;
/** Conversations of which events are kept. */
const STRANGERS = 100;

interface Stranger {
  readonly events: HeldEvents;
  /** When the latest came, by the store's clock. */
  heardAt: number;
}

/** What is known of conversations that are not held: when one was left, and events of one not told of so far. */
export class LeftConversations {
  /** The version of my removal, or a lower one where it was not told. */
  private readonly left = new Map<string, number>();
  private readonly strangers = new Map<string, Stranger>();
  /** When an event was last dropped for want of room. */
  private lostAt: number | null = null;

  get hasStrangers(): boolean {
    return this.strangers.size > 0;
  }

  leave(id: string, version: number): void {
    this.left.delete(id);
    this.left.set(id, version);
    for (const oldest of this.left.keys()) {
      if (this.left.size <= LEFT) break;
      this.left.delete(oldest);
    }
  }

  /** Whether a picture of this version is from before it was left. */
  wasLeftAfter(id: string, version: number): boolean {
    return (this.left.get(id) ?? 0) > version;
  }

  /** Keeps an event of a conversation that is perhaps about to be told of. Tells whether it is anything to ask about. */
  hear(event: DurableEvent, now: number): boolean {
    const { conversationId, version } = event.payload;
    if ((this.left.get(conversationId) ?? 0) >= version) return false;
    const stranger = this.strangers.get(conversationId) ?? { events: new HeldEvents(), heardAt: now };
    if (this.strangers.has(conversationId) || this.strangers.size < STRANGERS) {
      stranger.heardAt = now;
      this.strangers.set(conversationId, stranger);
      if (stranger.events.add(event)) return true;
    }
    this.lostAt = now;
    return true;
  }

  /** It is held from now on. Returns what was heard of it, and whether that is all. */
  enter(id: string): { events: DurableEvent[]; isAll: boolean } {
    this.left.delete(id);
    const events = [...(this.strangers.get(id)?.events ?? [])];
    this.strangers.delete(id);
    return { events, isAll: this.lostAt === null };
  }

  /** Forgets those of whom a complete answer to a question asked then did not tell: they are not mine. */
  forgetHeardBefore(askedAt: number): void {
    for (const [id, { heardAt }] of this.strangers) if (heardAt < askedAt) this.strangers.delete(id);
    if (this.lostAt !== null && this.lostAt < askedAt) this.lostAt = null;
  }

  clear(): void {
    this.left.clear();
    this.strangers.clear();
    this.lostAt = null;
  }
}
