import type { Message } from '@parley/protocol';

/** What the server counted: the messages after `lastReadSeq`, up to `lastSeq`. */
export interface StatedCounts {
  readonly lastReadSeq: number;
  readonly unreadCount: number;
  readonly mentionCount: number;
  readonly lastSeq: number;
}

/** The messages in the store: up to `head`, and as of `cursor` or later. */
export interface HeldMessages {
  readonly head: number;
  readonly cursor: number;
  get(seq: number): { readonly message: Message } | undefined;
}

/** How many are unread. Stated by the server up to some message; from there on counted as messages arrive. */
export class Unread {
  unreadCount = 0;
  mentionCount = 0;
  lastReadSeq = 0;
  lastDeliveredSeq = 0;
  /** Messages up to here are in the counts. */
  #countedSeq = 0;
  /** Up to where the server counted, and the version of that picture; null: unknown. */
  #statedSeq = 0;
  #statedVersion: number | null = 0;
  /** The latest edit that changed who is mentioned in something unread: its version, and the highest such seq. */
  #mentionVersion = 0;
  #mentionSeq = 0;

  constructor(private readonly me: string) {}

  /**
   * Takes what the server counted in a picture of this `version`; null: it does not say of which. Returns whether the
   * counts are certain now; false where it was older than what is known, or something in between is missing.
   */
  state(stated: StatedCounts, version: number | null, held: HeldMessages): boolean {
    if (stated.lastReadSeq < this.lastReadSeq) return false;
    const isCertain = !this.#missesMentions(stated, version);
    this.lastReadSeq = stated.lastReadSeq;
    this.deliver(stated.lastReadSeq);
    this.unreadCount = stated.unreadCount;
    this.mentionCount = stated.mentionCount;
    this.#countedSeq = stated.lastSeq;
    this.#statedSeq = stated.lastSeq;
    this.#statedVersion = version;
    return this.#countUpTo(held) && isCertain;
  }

  deliver(seq: number): void {
    this.lastDeliveredSeq = Math.max(this.lastDeliveredSeq, seq);
  }

  /** A new message, in the order of events. Returns whether the counts are certain. */
  arrive(message: Message, version: number, held: HeldMessages): boolean {
    if (message.type !== 'system' && message.senderId === this.me) return this.send(message.seq, version, held);
    if (message.seq <= this.#countedSeq) return true;
    this.#countedSeq = message.seq;
    this.#count(message);
    // What it says of mentions may be the result of an edit that will be told once more.
    return message.version <= version;
  }

  /** My own message: whoever writes has read up to there. */
  send(seq: number, version: number | null, held: HeldMessages): boolean {
    if (seq <= this.lastReadSeq) return true;
    return this.state({ lastReadSeq: seq, unreadCount: 0, mentionCount: 0, lastSeq: seq }, version, held);
  }

  /** An edit or a deletion changed whether I am mentioned. Returns whether the counts are certain. */
  mention(seq: number, version: number, change: 1 | -1): boolean {
    if (seq <= this.lastReadSeq) return true;
    if (this.#statedVersion !== null && version <= this.#statedVersion) return true;
    this.#mentionVersion = version;
    this.#mentionSeq = Math.max(this.#mentionSeq, seq);
    this.mentionCount = Math.max(0, this.mentionCount + change);
    return this.#statedVersion !== null || seq > this.#statedSeq;
  }

  /**
   * Adds what arrived after the server counted. False where one of them is not in the store, or is there as it was after
   * an edit whose event is still to come.
   */
  #countUpTo(held: HeldMessages): boolean {
    let isCertain = true;
    while (this.#countedSeq < held.head) {
      const row = held.get(this.#countedSeq + 1);
      if (!row) {
        this.#countedSeq = held.head;
        return false;
      }
      this.#countedSeq += 1;
      this.#count(row.message);
      isCertain &&= row.message.version <= held.cursor;
    }
    return isCertain;
  }

  #count(message: Message): void {
    if (message.type === 'system' || message.senderId === this.me) return;
    this.unreadCount += 1;
    if (message.mentions.includes(this.me)) this.mentionCount += 1;
  }

  /** Whether an edit that was told already may be missing in the picture. */
  #missesMentions(stated: StatedCounts, version: number | null): boolean {
    if (version !== null && version >= this.#mentionVersion) {
      this.#mentionVersion = 0;
      this.#mentionSeq = 0;
      return false;
    }
    return this.#mentionSeq > stated.lastReadSeq && stated.lastReadSeq < stated.lastSeq;
  }
}
