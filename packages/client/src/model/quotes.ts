import { excerptOf, type Message, type ReplyPreview } from '@parley/protocol';
import { setNewest } from './bounded.js';

/** Changed messages remembered. */
const LIMIT = 5_000;

/**
 * What replies show of messages that were edited or deleted since, whether these are held or not. A reply tells the text
 * as of some moment that it does not name, so what is known of the message itself goes before it.
 */
export class Quotes {
  readonly #changed = new Map<number, { readonly version: number; readonly excerpt: string }>();

  /** What is held was fetched at `since` or later: an answer that is older tells nothing new. */
  constructor(private readonly since: number) {}

  /** A message as of some version. */
  note(message: Message, version = message.version): void {
    const { seq, editedAt, isDeleted } = message;
    // A text that was never changed is what its replies told.
    if (editedAt === null && !isDeleted) return;
    if ((this.#changed.get(seq)?.version ?? this.since) >= version) return;
    setNewest(this.#changed, [seq, { version, excerpt: excerptOf(message.content) }], LIMIT);
  }

  /** As it is to be shown now; the same object where nothing else is known. */
  renewed(quoted: ReplyPreview | null): ReplyPreview | null {
    const known = quoted && this.#changed.get(quoted.seq);
    return known && known.excerpt !== quoted.excerpt ? { ...quoted, excerpt: known.excerpt } : quoted;
  }
}
