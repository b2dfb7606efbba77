import { newClientId } from '../client-ids.js';
import { backOff } from '../connection/back-off.js';
import { nameOf } from '../outbox/attachments.js';
import type { FileTransfers } from './file-transfers.js';
import type { TransferOptions } from './transfer-options.js';
import { OwnUpload, type Upload, type UploadCommand } from './upload.js';

/** Loads what uploads and reads files with the first need of it: most pages and programs have none for a long time. */
export class Files {
  #loading: Promise<FileTransfers> | null = null;

  constructor(private readonly options: TransferOptions) {}

  readonly command = (command: UploadCommand, upload: OwnUpload): void => {
    void this.load().then((transfers) => transfers[command](upload));
  };

  upload(content: Blob, { fileName = nameOf(content), clientUploadId = newClientId() } = {}): Upload {
    const { type: fileType, size: fileSize } = content;
    const upload = new OwnUpload({ clientUploadId, fileName, fileType, fileSize, content }, this.command);
    upload.begin();
    return upload;
  }

  load(): Promise<FileTransfers> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Nothing goes on until there is a connection again. */
  halt(): void {
    void this.#loading?.then((transfers) => transfers.halt());
  }

  async #load(): Promise<FileTransfers> {
    for (let failures = 1; ; failures += 1) {
      try {
        const { FileTransfers } = await import('./file-transfers.js');
        return new FileTransfers(this.options);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, backOff(failures)));
      }
    }
  }
}
