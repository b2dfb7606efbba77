import type { MessagesSnapshot } from '@parley/client';

/** What of a conversation the reader has not read, as it was when they opened it. */
export interface Opening {
  /** They had read it up to this message. */
  readSeq: number;
  /** Its last message then. */
  lastSeq: number;
  /** How many of those in between mention them. */
  mentions: number;
}

export interface Sighting {
  /** The seq of the rows at the top and at the bottom of the view. */
  top: number;
  low: number;
}

/**
 * Which unread messages that mention the reader lie above the view. What is between the windows that were loaded is known by
 * its number alone.
 */
export class MentionsAbove {
  /** Of what was loaded so far and is not seen. */
  readonly #waiting = new Set<number>();
  /** How many of those that were there at the opening are known, seen or not. */
  #known = 0;
  readonly #met = new Set<number>();

  constructor(
    private readonly me: string,
    private readonly opening: Opening,
  ) {}

  /** To be called with what is loaded, and with what is in view. Returns how many there are above. */
  look(
    { items, hasOlder, hasNewer }: Pick<MessagesSnapshot, 'items' | 'hasOlder' | 'hasNewer'>,
    view: Sighting,
  ): number {
    let first = Number.POSITIVE_INFINITY;
    for (const item of items) {
      if (item.kind !== 'stored') continue;
      const { seq, senderId, mentions, isDeleted } = item.message;
      first = Math.min(first, seq);
      if (seq <= this.opening.readSeq || senderId === this.me) continue;
      if (isDeleted || !mentions.includes(this.me)) this.#waiting.delete(seq);
      else if (!this.#met.has(seq)) this.#meet(seq);
    }
    for (const seq of this.#waiting) if (view.top <= seq && seq <= view.low) this.#waiting.delete(seq);
    const above = [...this.#waiting].filter((seq) => seq < view.top).length;
    // An older window may have them below it.
    const isGap = hasOlder && !hasNewer && first > this.opening.readSeq + 1;
    return above + (isGap ? Math.max(0, this.opening.mentions - this.#known) : 0);
  }

  /** The nearest one above, from `first` on; null: none of those that were loaded so far. */
  nearest(first: number, top: number): number | null {
    const above = [...this.#waiting].filter((seq) => first <= seq && seq < top);
    return above.length === 0 ? null : Math.max(...above);
  }

  #meet(seq: number): void {
    this.#met.add(seq);
    this.#waiting.add(seq);
    if (seq <= this.opening.lastSeq) this.#known += 1;
  }
}
