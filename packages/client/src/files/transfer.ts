import type { AttachedFile } from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import { backOff } from '../connection/back-off.js';
import { isOfToken } from '../connection/tokens.js';
import { SdkError } from '../sdk-error.js';
import { sendForm } from './form-upload.js';
import type { TransferOptions } from './transfer-options.js';
import type { OwnUpload, UploadSource } from './upload.js';
import { withLock } from './upload-lock.js';

/** What fails this often by a defect, the server's or one on this side, will not be taken. */
const MOST_DEFECTS = 5;
/** What is larger is sent so that it can go on where it was cut off. */
const LARGE_BYTES = 5 * 2 ** 20;
/** What is not larger is sent in one request even on a bad line. */
const SMALL_BYTES = 2 ** 18;

/** The attempts of one upload. */
export class Transfer {
  #userId: string | null;
  #abort: AbortController | null = null;
  /** Runs while the next attempt is not due. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** In a row. */
  #failures = 0;
  #defects = 0;
  /** What the server has of it, under this id. */
  #begun: string | null = null;

  constructor(
    readonly upload: OwnUpload,
    private readonly options: TransferOptions,
    /** The next attempt is due. */
    private readonly onDue: () => void,
  ) {
    this.#userId = options.connection().getSnapshot().userId;
  }

  get isRunning(): boolean {
    return this.#abort !== null;
  }

  isReadyFor(userId: string | null): boolean {
    const isOfAnother = userId !== null && this.#userId !== null && userId !== this.#userId;
    return !this.isRunning && this.#timer === undefined && !isOfAnother;
  }

  wake(userId: string | null): void {
    this.#userId ??= userId;
    this.#failures = 0;
    this.#rouse();
  }

  /** Ends the attempt under way, and the wait for the next. */
  halt(): void {
    this.#rouse();
    this.#abort?.abort();
    this.#abort = null;
    if (this.upload.state === 'sending') this.upload.change({ state: 'waiting' });
  }

  /** The server need not keep what it has of it. Where it does not learn of that it removes it after a time. */
  discard(): void {
    this.halt();
    if (this.#begun === null || this.upload.state === 'done') return;
    void this.#end(this.#begun).catch(() => undefined);
  }

  /** Never rejects: what becomes of it is the upload's state. */
  async attempt(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    this.upload.change({ state: 'sending', error: null });
    try {
      await withLock(this.upload.clientUploadId, abort.signal, () => this.#send(abort.signal));
    } catch (fault) {
      if (!abort.signal.aborted) this.#failed(fault);
    }
    if (this.#abort === abort) this.#abort = null;
  }

  async #send(signal: AbortSignal): Promise<void> {
    const { upload } = this;
    const source = await upload.source();
    // It is cancelled by whoever found that it is gone.
    if (!source || signal.aborted) return;
    const file = source.file ?? (await this.#sendContent(await contentOf(source), signal));
    // Meanwhile another tab may have dropped its message, which would be written down and sent again.
    if (!source.file && !(await upload.source())) return;
    if (!signal.aborted) upload.change({ state: 'done', file, sentBytes: upload.totalBytes });
    await source.settled?.();
  }

  async #sendContent(content: Blob | null, signal: AbortSignal): Promise<AttachedFile> {
    const { clientUploadId, fileName } = this.upload;
    signal.throwIfAborted();
    if (!content) throw new SdkError('not_found', 'The content of this file is gone.', { retryable: false });
    const onProgress = (sentBytes: number) => {
      if (!signal.aborted) this.upload.change({ sentBytes });
    };
    const onBegun = (id: string) => {
      this.#begun = id;
    };
    const how = { signal, onProgress, onBegun };
    const given = { clientUploadId, fileName, content };
    const { http } = this.options;
    const isBadLine = this.#failures > 0 && content.size > SMALL_BYTES;
    if (content.size > LARGE_BYTES || isBadLine) {
      const file = await (await resumable())?.sendResumably(http, given, how);
      if (file) return file;
    }
    return sendForm(http, given, how);
  }

  async #end(id: string): Promise<void> {
    await (await resumable())?.endResumable(this.options.http, id);
  }

  #failed(fault: unknown): void {
    raiseDefect(fault);
    const error = SdkError.of(fault);
    if (error.code === 'internal' || error.code === 'defect') this.#defects += 1;
    // Whoever has been connected is again, with another token.
    const mayRepeat = error.retryable || (isOfToken(error) && this.#userId !== null);
    if (!mayRepeat || this.#defects >= MOST_DEFECTS) return this.upload.change({ state: 'failed', error });
    this.#failures += 1;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.onDue();
    }, error.retryAfterMs ?? backOff(this.#failures));
    this.upload.change({ state: 'waiting', error });
  }

  #rouse(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/**
 * What is on the device may have changed or gone since it was chosen: then what was written down of it. In its private
 * windows Chromium writes down no more than where it is.
 */
async function contentOf({ content, stored }: UploadSource): Promise<Blob | null> {
  return (await readable(content)) ?? readable(await stored?.());
}

/** Browsers fail at a file that cannot be read as at the network, and it would be tried for ever. */
async function readable(content: Blob | null | undefined): Promise<Blob | null> {
  try {
    await content?.slice(0, 1).arrayBuffer();
    return content ?? null;
  } catch {
    return null;
  }
}

/** Null where it cannot be loaded, and some browsers never try again: one request for the whole file does it, too. */
const resumable = () => import('./resumable-upload.js').catch(() => null);
