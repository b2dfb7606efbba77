import type { AttachedFile } from '@parley/protocol';
import type { SdkError } from '../sdk-error.js';
import type { Subscribable } from '../subscribable.js';
import { Value } from '../value.js';

/**
 * `waiting`: for its turn, the connection, or the next attempt. `failed`: it will not be taken as it is, until `retry`.
 */
export type UploadState = 'waiting' | 'sending' | 'paused' | 'done' | 'failed' | 'cancelled';

export interface UploadSnapshot {
  readonly state: UploadState;
  /** What the server or the network has taken of it. */
  readonly sentBytes: number;
  /** What became of it, once it is `done`. */
  readonly file: AttachedFile | null;
  /** Why it failed; also why the last attempt did, while the next one is waited for. */
  readonly error: SdkError | null;
}

/** A file on its way to the server. */
export interface Upload extends Subscribable<UploadSnapshot>, UploadSnapshot {
  /** Every attempt is made under it, so that there is one file in the end. */
  readonly clientUploadId: string;
  readonly fileName: string;
  /** As the browser has it, and maybe empty: the server looks at the content. */
  readonly fileType: string;
  readonly totalBytes: number;
  /** Null where it is not read from the storage yet, or lost. */
  readonly content: Blob | null;
  /** What becomes of the present attempt; after a failure and a `retry` it is another promise. */
  readonly finished: Promise<AttachedFile>;
  pause(): void;
  resume(): void;
  /** For good. Of a message that waits it takes the file away. */
  cancel(): void;
  /** After a failure; while the next attempt is waited for it is made at once. */
  retry(): void;
}

export type UploadCommand = 'start' | 'pause' | 'resume' | 'cancel' | 'retry';

/** What is uploaded, under which id, and what has become of it already. */
export interface UploadDescription extends Pick<Upload, 'clientUploadId' | 'fileName' | 'fileType' | 'content'> {
  fileSize: number;
  file?: AttachedFile | null;
  isRefused?: boolean;
}

/** What is to be uploaded, or has been by another. */
export interface UploadSource extends Pick<UploadDescription, 'content' | 'file'> {
  /** Once it is written down what has become of it: others look there. */
  settled?: () => Promise<void>;
  /** The content as it was written down. */
  stored?: () => Promise<Blob | null | undefined>;
}

/** An upload as its owner sees it: what it does is done by `FileTransfers`, which is loaded with the first one. */
export class OwnUpload extends Value<UploadSnapshot> implements Upload {
  readonly clientUploadId: string;
  readonly fileName: string;
  readonly fileType: string;
  readonly totalBytes: number;
  content: Blob | null;
  // As in the snapshot.
  declare readonly state: UploadState;
  declare readonly sentBytes: number;
  declare readonly file: AttachedFile | null;
  declare readonly error: SdkError | null;
  readonly pause = () => this.command('pause', this);
  readonly resume = () => this.command('resume', this);
  readonly cancel = () => this.command('cancel', this);
  readonly retry = () => this.command('retry', this);

  #isBegun = false;

  constructor(
    { clientUploadId, fileName, fileType, fileSize, content, file, isRefused }: UploadDescription,
    private readonly command: (command: UploadCommand, upload: OwnUpload) => void,
    /** What there is to upload; null where there is nothing any more. */
    readonly source: () => Promise<UploadSource | null> = async () => this,
  ) {
    const state = file ? 'done' : isRefused ? 'failed' : 'waiting';
    const snapshot: UploadSnapshot = { state, sentBytes: file ? fileSize : 0, file: file ?? null, error: null };
    super(snapshot);
    Object.assign(this, snapshot);
    this.clientUploadId = clientUploadId;
    this.fileName = fileName;
    this.fileType = fileType;
    this.totalBytes = fileSize;
    this.content = content;
  }

  get finished(): Promise<AttachedFile> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const { state, file, error } = this;
        if (file) resolve(file);
        if (error && state !== 'waiting') reject(error);
      };
      this.subscribe(look);
      look();
    });
  }

  /** Once. */
  begin(): void {
    if (!this.#isBegun) this.command('start', this);
    this.#isBegun = true;
  }

  change(change: Partial<UploadSnapshot>): void {
    Object.assign(this, change);
    this.set({ ...this.getSnapshot(), ...change });
  }
}
