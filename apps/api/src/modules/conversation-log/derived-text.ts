import { excerptOf } from '@parley/protocol';
import { jsonBytes } from '../../kernel/json-size.js';

/** What is stored beside a text and its metadata, made here and nowhere else: SQL never looks into a text. */
export interface DerivedText {
  /** What replies show of it; null where that is all of it. */
  excerpt: string | null;
  /** Of text and metadata, as they are written out. */
  storedBytes: number;
}

/** Whoever writes a text writes this with it: the batch, an edit, a deletion, a system message. */
export function derivedText(content: string, metadata: object, metadataBytes = jsonBytes(metadata)): DerivedText {
  const excerpt = excerptOf(content);
  return {
    excerpt: excerpt === content ? null : excerpt,
    storedBytes: Buffer.byteLength(content) + metadataBytes,
  };
}
