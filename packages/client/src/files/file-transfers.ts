import type { ConnectionSnapshot } from '../connection/connection-snapshot.js';
import { SdkError } from '../sdk-error.js';
import { FileLinks } from './file-links.js';
import { Transfer } from './transfer.js';
import type { TransferOptions } from './transfer-options.js';
import type { OwnUpload } from './upload.js';

/** Uploads at the same time. */
const MOST_AT_ONCE = 3;

/**
 * Uploads, a few at a time and in the order of their beginning. What pauses, has failed, or waits for its next attempt makes
 * room for the others.
 */
export class FileTransfers {
  readonly links: FileLinks;
  readonly #transfers = new Map<OwnUpload, Transfer>();
  #isHalted = false;

  constructor(private readonly options: TransferOptions) {
    this.links = new FileLinks(options);
    let before = this.#connection.state;
    options.connection().subscribe(() => {
      const { state } = this.#connection;
      if (state === before) return;
      before = state;
      if (state === 'online') this.#wake();
      // The next connection may be another user's.
      if (state === 'idle' || state === 'unauthorized') this.halt();
    });
  }

  get #connection(): ConnectionSnapshot {
    return this.options.connection().getSnapshot();
  }

  start(upload: OwnUpload): void {
    // One that was tried again before its message was to be sent is begun by both.
    if (this.#transfers.has(upload)) return;
    const transfer = new Transfer(upload, this.options, () => this.#pump());
    const refusal = this.#refusalOf(upload);
    if (refusal) return upload.change({ state: 'failed', error: refusal });
    this.#transfers.set(upload, transfer);
    this.#pump();
  }

  pause(upload: OwnUpload): void {
    if (upload.state === 'waiting' || upload.state === 'sending') this.#end(upload, { state: 'paused' });
  }

  resume(upload: OwnUpload): void {
    if (upload.state === 'paused') this.retry(upload);
  }

  retry(upload: OwnUpload): void {
    const { state } = upload;
    if (state !== 'paused' && state !== 'failed' && state !== 'waiting') return;
    this.#end(upload, { state: 'waiting', error: null });
    this.start(upload);
  }

  /** Also one that is done: its message then goes without it. */
  cancel(upload: OwnUpload): void {
    this.#transfers.get(upload)?.discard();
    this.#end(upload, {
      state: 'cancelled',
      error: new SdkError('cancelled', 'It was cancelled.', { retryable: false }),
    });
  }

  /** There is a connection: what waits goes on at once, as far as it is this user's. */
  #wake(): void {
    this.#isHalted = false;
    const { userId } = this.#connection;
    for (const transfer of this.#transfers.values()) transfer.wake(userId);
    this.#pump();
  }

  /** Nothing is sent until there is a connection again. */
  halt(): void {
    this.#isHalted = true;
    this.links.clear();
    for (const transfer of this.#transfers.values()) transfer.halt();
  }

  #end(upload: OwnUpload, change: Parameters<OwnUpload['change']>[0]): void {
    const transfer = this.#transfers.get(upload);
    this.#transfers.delete(upload);
    transfer?.halt();
    upload.change(change);
  }

  /** Of what the server has announced that it takes: there is no need to ask. */
  #refusalOf({ totalBytes }: OwnUpload): SdkError | null {
    const { features, limits } = this.#connection;
    if (features?.files === false) {
      return new SdkError('unsupported', 'This server takes no files.', { retryable: false });
    }
    const most = limits?.fileBytes ?? 0;
    if (most === 0 || totalBytes <= most) return null;
    return new SdkError('too_large', `A file has at most ${most} bytes here.`, { retryable: false });
  }

  #pump(): void {
    const all = [...this.#transfers.values()];
    let running = all.filter(({ isRunning }) => isRunning).length;
    if (this.#isHalted) return;
    const { userId } = this.#connection;
    for (const transfer of all) {
      if (running >= MOST_AT_ONCE) return;
      if (!transfer.isReadyFor(userId)) continue;
      running += 1;
      void this.#run(transfer);
    }
  }

  async #run(transfer: Transfer): Promise<void> {
    await transfer.attempt();
    const { upload } = transfer;
    const hasEnded = upload.state === 'done' || upload.state === 'failed';
    if (hasEnded && this.#transfers.get(upload) === transfer) this.#transfers.delete(upload);
    this.#pump();
  }
}
