import { excerptOf, type Metadata } from '@parley/protocol';
import { jsonBytes } from '../../kernel/json-size.js';
import type { TextKey } from '../encryption/index.js';

/** What is stored beside a text and its metadata, made here and nowhere else: SQL never looks into a text. */
interface DerivedText {
  /** What replies show of it; null where that is all of it. */
  excerpt: string | null;
  /** Of text and metadata, as they are written out. */
  storedBytes: number;
}

/** Whoever writes a text writes this with it: the batch, an edit, a deletion, a system message. */
function derivedText(content: string, metadata: object, metadataBytes = jsonBytes(metadata)): DerivedText {
  const excerpt = excerptOf(content);
  return {
    excerpt: excerpt === content ? null : excerpt,
    storedBytes: Buffer.byteLength(content) + metadataBytes,
  };
}

/** What a message says. */
export interface Said {
  /** Of the message. */
  id: string;
  content: string;
  metadata: Metadata;
  /** Of its metadata, where it is known. */
  metadataBytes?: number;
}

/** What a message says and what is derived from it, as both are stored: by a key where there is one. */
export function storedText(key: TextKey | null, { id, content, metadata, metadataBytes }: Said) {
  const derived = derivedText(content, metadata, metadataBytes);
  if (!key) return { content, metadata, ...derived };
  const excerpt = derived.excerpt === null ? null : key.seal(derived.excerpt, id);
  return { ...key.sealAll({ content, metadata }, id), ...derived, excerpt };
}
