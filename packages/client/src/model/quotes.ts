import { excerptOf, type Message, type ReplyPreview } from '@parley/protocol';

/** Changed messages remembered. More than the rows of one conversation, and so than what they quote. */
const LIMIT = 5_000;
/** How many stay when some have to go: looking for them takes a while. */
const KEPT = 4_000;

/**
 * What replies show of messages that were edited or deleted since, whether these are in the store or not. A reply has
 * the text as of some moment that it does not name, so what is known of the message itself goes before it.
 */
export class Quotes {
  readonly #changed = new Map<number, { readonly version: number; readonly excerpt: string }>();

  constructor(
    /** The rows in the store were fetched at this version or later: an answer that is older contains nothing new. */
    private readonly since: number,
    /** The messages that replies in the store quote: what is known of these is never forgotten. */
    private readonly quotedNow: () => ReadonlySet<number>,
  ) {}

  /** A message as of some version. */
  note(message: Message, version = message.version): void {
    const { seq, editedAt, isDeleted } = message;
    // A text that was never changed is the one in its replies.
    if (editedAt === null && !isDeleted) return;
    if ((this.#changed.get(seq)?.version ?? this.since) >= version) return;
    // Those changed last stand last.
    this.#changed.delete(seq);
    this.#changed.set(seq, { version, excerpt: excerptOf(message.content) });
    if (this.#changed.size > LIMIT) this.#makeRoom();
  }

  /** As it is to be shown now; the same object where nothing else is known. */
  renewed(quoted: ReplyPreview | null): ReplyPreview | null {
    const known = quoted && this.#changed.get(quoted.seq);
    return known && known.excerpt !== quoted.excerpt ? { ...quoted, excerpt: known.excerpt } : quoted;
  }

  #makeRoom(): void {
    const quoted = this.quotedNow();
    for (const seq of this.#changed.keys()) {
      if (this.#changed.size <= KEPT) return;
      if (!quoted.has(seq)) this.#changed.delete(seq);
    }
  }
}
