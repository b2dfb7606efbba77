import { tokensOf } from '../search-text/index.js';
import { derivedText } from './derived-text.js';
import type { PreparedMessage } from './message-batch.js';

/**
 * A batch as the SQL function takes it; its short names are explained there. A message that is attempted again, in the same
 * batch or another one, is encoded once: its tokens are most of the work.
 */
export class BatchEncoder {
  private readonly rows = new WeakMap<PreparedMessage, EncodedMessage>();

  constructor(private readonly isSearchable: boolean) {}

  encode(batch: readonly PreparedMessage[]): string {
    return JSON.stringify(batch.map((each, i) => ({ ...this.rowOf(each), i })));
  }

  private rowOf(message: PreparedMessage): EncodedMessage {
    const known = this.rows.get(message);
    if (known) return known;
    const row = { ...encoded(message), w: this.isSearchable ? tokensIn(message) : undefined };
    this.rows.set(message, row);
    return row;
  }
}

type EncodedMessage = ReturnType<typeof encoded> & { w: string | undefined };

const tokensIn = ({ content, type, senderId, names }: PreparedMessage) =>
  tokensOf({ content, type, senderId, mentions: names.length > 0 });

function encoded(each: PreparedMessage) {
  const derived = derivedText(each.content, each.metadata, each.metadataBytes);
  return {
    c: each.conversationId,
    s: each.senderId,
    b: each.isBot,
    k: each.clientMessageId,
    id: each.id,
    h: each.payloadHash,
    t: each.type,
    x: each.content,
    m: each.metadata,
    e: derived.excerpt ?? undefined,
    z: derived.storedBytes,
    r: each.replyToId ?? undefined,
    n: each.names.length > 0 ? each.names : undefined,
    f: each.fileIds.length > 0 ? each.fileIds : undefined,
    q: each.refusal,
  };
}
