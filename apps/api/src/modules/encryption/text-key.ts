import type { KeyObject } from 'node:crypto';
import type { Metadata } from '@parley/protocol';
import { derivedKey, macOf, opened, sealed } from './sealing.js';

/** What a message says. */
export interface Text {
  content: string;
  metadata: Metadata;
}

/** Likewise as it is stored: the metadata is a string where both are encrypted. */
export interface StoredText {
  content: string;
  metadata: Metadata | string;
}

/** A row that was read, with what it says. */
export type Opened<T extends StoredText> = Omit<T, keyof StoredText> & Text;

/** Before each encrypted text: a row without metadata says by nothing else that its text is one. */
export const TEXT_MARK = '\u0001parley:1:';
/** Before encrypted metadata, which thereby is no JSON once more; with nothing behind it there is none, which is no secret. */
const METADATA_MARK = '1:';
/** Before a keyed hash, which is thereby longer than one that is none. */
const KEYED = Buffer.of(1);

/**
 * The key of a conversation, and how its texts are stored by it. Encrypted metadata is a string of JSON, which no metadata is by
 * itself: by that a row is known to be encrypted, whatever its text looks like. `place` is the id of the row that says the text.
 */
export class TextKey {
  private readonly texts: KeyObject;
  private readonly hashes: KeyObject;

  constructor(secret: Buffer) {
    this.texts = derivedKey(secret, 'texts');
    this.hashes = derivedKey(secret, 'hashes');
  }

  /** An empty text stays one: it says nothing. */
  seal(text: string, place: string): string {
    return text === '' ? '' : `${TEXT_MARK}${this.sealed(text, place)}`;
  }

  /** What says nothing, a tombstone for example, stays as it is. */
  sealAll({ content, metadata }: Text, place: string): StoredText {
    const isEmpty = Object.keys(metadata).length === 0;
    if (isEmpty && content === '') return { content, metadata: {} };
    const text = isEmpty ? '' : this.sealed(JSON.stringify(metadata), ofMetadata(place));
    return { content: this.seal(content, place), metadata: `${METADATA_MARK}${text}` };
  }

  /**
   * A text of a row that does not say whether it is encrypted. One of before there were keys may look as if it were: what does not
   * open is what it is.
   */
  open(text: string, place: string): string {
    if (!text.startsWith(TEXT_MARK)) return text;
    try {
      return this.opened(text.slice(TEXT_MARK.length), place);
    } catch {
      return text;
    }
  }

  /** @throws where an encrypted row is not what was written. */
  openAll<T extends StoredText>(row: T, place: string): Opened<T> {
    const { content, metadata } = row;
    if (typeof metadata !== 'string') return { ...row, metadata };
    const text = metadata.slice(METADATA_MARK.length);
    return {
      ...row,
      content: content === '' ? '' : this.opened(content.slice(TEXT_MARK.length), place),
      metadata: text === '' ? {} : (JSON.parse(this.opened(text, ofMetadata(place))) as Metadata),
    };
  }

  /** Of a hash by which repeats are known: of a short text the plain one could be guessed. */
  hash(plain: Buffer): Buffer {
    return isKeyed(plain) ? plain : Buffer.concat([KEYED, macOf(this.hashes, plain)]);
  }

  private sealed(text: string, place: string): string {
    return sealed(this.texts, Buffer.from(text), place).toString('base64');
  }

  private opened(text: string, place: string): string {
    return opened(this.texts, Buffer.from(text, 'base64'), place).toString();
  }
}

/** What can be read of a text without its key: all of it where it is not encrypted, else nothing. */
export const openText = (key: TextKey | undefined, text: string, place: string): string =>
  key ? key.open(text, place) : text.startsWith(TEXT_MARK) ? '' : text;

/** Whether a row is encrypted. */
export const isSealed = ({ metadata }: Pick<StoredText, 'metadata'>): boolean => typeof metadata === 'string';

const SHA256_BYTES = 32;
const isKeyed = (hash: Buffer): boolean => hash.length > SHA256_BYTES;

const ofMetadata = (place: string): string => `${place} metadata`;
