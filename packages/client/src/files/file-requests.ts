import type { ConnectionSnapshot } from '../connection/connection-snapshot.js';
import { ModerationRequests } from '../http/moderation-requests.js';
import type { Subscribable } from '../subscribable.js';
import type { FileUrlOptions, UploadOptions } from './file-options.js';
import { Files } from './files.js';
import type { Upload } from './upload.js';

/** Files outside of messages, and links to all that may be read. */
export abstract class FileRequests extends ModerationRequests {
  abstract readonly connection: Subscribable<ConnectionSnapshot>;
  protected readonly files = new Files({
    http: this.http,
    connection: () => this.connection,
    now: () => this.serverNow(),
  });

  abstract serverNow(): number;

  /** Sends a file at once, and repeats until it is there or refused. What no message has carried for a day is removed. */
  upload(content: Blob, options?: UploadOptions): Upload {
    return this.files.upload(content, options);
  }

  /**
   * Where a page finds the file for some minutes, without a token. One request for all who ask at the same time, and for
   * as long as its answer is good. In place of the id also somebody's `avatarUrl`, which only an image of a page can show.
   */
  async fileUrl(fileId: string, options?: FileUrlOptions): Promise<string> {
    const { links } = await this.files.load();
    return links.url(fileId, options);
  }
}
