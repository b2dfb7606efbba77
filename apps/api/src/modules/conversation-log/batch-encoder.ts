import type { Keys, TextKey } from '../encryption/index.js';
import { tokensOf } from '../search-text/index.js';
import { storedText } from './derived-text.js';
import type { PreparedMessage } from './message-batch.js';

/**
 * A batch as the SQL function takes it; its short names are explained there. A message that is attempted again, in the same
 * batch or another one, is encoded once: its tokens are most of the work.
 */
export class BatchEncoder {
  private readonly rows = new WeakMap<PreparedMessage, EncodedMessage>();

  constructor(private readonly isSearchable: boolean) {}

  /** @param keys of its conversations; null: texts are stored as they are. */
  encode(batch: readonly PreparedMessage[], keys: Keys | null = null): string {
    return JSON.stringify(batch.map((each, i) => ({ ...this.rowOf(each, keys), i })));
  }

  private rowOf(message: PreparedMessage, keys: Keys | null): EncodedMessage {
    const known = this.rows.get(message);
    if (known) return known;
    const key = keys?.get(message.conversationId) ?? null;
    // A conversation without a key is none, or came a moment ago: whoever sends to it once more finds it.
    if (keys && !key) return encoded({ ...message, ...NOTHING, refusal: 'not_found' }, null);
    const row = { ...encoded(message, key), w: this.isSearchable ? tokensIn(message) : undefined };
    this.rows.set(message, row);
    return row;
  }
}

type EncodedMessage = ReturnType<typeof encoded> & { w?: string | undefined };

const NOTHING = { content: '', metadata: {}, metadataBytes: 2 };

const tokensIn = ({ content, type, senderId, names }: PreparedMessage) =>
  tokensOf({ content, type, senderId, mentions: names.length > 0 });

function encoded(each: PreparedMessage, key: TextKey | null) {
  const stored = storedText(key, each);
  return {
    c: each.conversationId,
    s: each.senderId,
    b: each.isBot,
    k: each.clientMessageId,
    id: each.id,
    h: key ? key.hash(Buffer.from(each.payloadHash, 'hex')).toString('hex') : each.payloadHash,
    t: each.type,
    x: stored.content,
    m: stored.metadata,
    e: stored.excerpt ?? undefined,
    z: stored.storedBytes,
    r: each.replyToId ?? undefined,
    n: each.names.length > 0 ? each.names : undefined,
    f: each.fileIds.length > 0 ? each.fileIds : undefined,
    q: each.refusal,
  };
}
