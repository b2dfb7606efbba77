import type { Conversation } from './conversation.js';

interface Place {
  readonly conversation: Conversation;
  readonly updatedAt: string;
}

/** Conversations by the time of their last message, newest first, then by id descending. Moving one moves no others. */
export class ConversationOrder {
  readonly #places: Place[] = [];
  readonly #byId = new Map<string, Place>();

  /** Puts it where it belongs now. */
  put(conversation: Conversation): void {
    const { updatedAt } = conversation.facts;
    const held = this.#byId.get(conversation.id);
    if (held?.conversation === conversation && held.updatedAt === updatedAt) return;
    this.remove(conversation.id);
    const place = { conversation, updatedAt };
    this.#byId.set(conversation.id, place);
    this.#places.splice(this.#indexOf(place), 0, place);
  }

  remove(id: string): void {
    const held = this.#byId.get(id);
    if (!held) return;
    this.#byId.delete(id);
    this.#places.splice(this.#indexOf(held), 1);
  }

  map<T>(view: (conversation: Conversation) => T): T[] {
    return this.#places.map(({ conversation }) => view(conversation));
  }

  /** Where it stands, or is to stand. */
  #indexOf(place: Place): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#places[middle];
      if (other && isBefore(other, place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(a: Place, b: Place): boolean {
  if (a.updatedAt !== b.updatedAt) return a.updatedAt > b.updatedAt;
  return a.conversation.id > b.conversation.id;
}
