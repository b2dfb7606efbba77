import type { OutboxAttachment, SdkError, UploadSnapshot } from '@parley/client';
import { fileSize } from '../../ui/file-size.js';

export interface Progress {
  state: 'waiting' | 'sending' | 'paused' | 'done' | 'failed';
  /** Whole, from 0 to 100. */
  percent: number;
  /** Instead of the size alone; null where that says enough. */
  words: string | null;
  error: SdkError | null;
}

/** How far a file of a pending message is; `upload`: null while it is not known, as after a reload. */
export function progressOf(attachment: OutboxAttachment, upload: UploadSnapshot | null): Progress {
  const state = stateOf(attachment, upload);
  const sentBytes = state === 'done' ? attachment.fileSize : (upload?.sentBytes ?? 0);
  return {
    state,
    percent: attachment.fileSize === 0 ? 0 : Math.min(100, Math.floor((sentBytes / attachment.fileSize) * 100)),
    words: wordsOf(state, attachment.fileSize, sentBytes),
    error: state === 'failed' ? (upload?.error ?? null) : null,
  };
}

function stateOf({ file, isRefused }: OutboxAttachment, upload: UploadSnapshot | null): Progress['state'] {
  if (file !== undefined) return 'done';
  // A cancelled one is about to leave its message.
  if (upload && upload.state !== 'cancelled') return upload.state;
  return isRefused ? 'failed' : 'waiting';
}

function wordsOf(state: Progress['state'], size: number, sent: number): string | null {
  if (state === 'sending') return `${fileSize(sent)} of ${fileSize(size)}`;
  if (state === 'waiting') return `${fileSize(size)}, waiting to be sent`;
  return state === 'paused' ? `${fileSize(size)}, paused` : null;
}
