import type { Readable } from 'node:stream';

/** Part of a content, both ends included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Where the contents of files are. It knows nothing of them but their keys, which are UUIDs, and each is written once. What
 * there is stands in the database, so it needs no list.
 */
export abstract class FileStore {
  /**
   * Keeps what comes, as it comes; settles once it would survive a loss of power. Before that, and where it fails, nothing can
   * be read under the key.
   * @throws `storage_full`, `service_unavailable`, or what the content itself fails with.
   */
  abstract write(key: string, content: AsyncIterable<Buffer>): Promise<void>;

  /** @throws {ContentMissing} before anything is read. */
  abstract read(key: string, range: ByteRange): Promise<Readable>;

  /** Also what was begun to be written; what is not there is gone already. */
  abstract remove(key: string): Promise<void>;

  /** Once nothing is written or read any more. */
  close(): void {
    // A store that holds nothing open has nothing to close.
  }
}

/** A content that the database knows of is not in the store. */
export class ContentMissing extends Error {
  constructor(key: string, options?: ErrorOptions) {
    super(`The content ${key} is not in the store.`, options);
  }
}
