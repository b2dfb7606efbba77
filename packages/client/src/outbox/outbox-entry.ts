import type { AttachedFile, Metadata, SentType } from '@parley/protocol';
import type { Failure } from '../sdk-error.js';

/** A file of a message on its way. Its content is kept beside the entry. */
export interface OutboxAttachment {
  clientUploadId: string;
  fileName: string;
  /** As the browser has it. */
  fileType: string;
  fileSize: number;
  /** Once it is uploaded. */
  file?: AttachedFile;
  /** It is why the message is not sent. */
  isRefused?: boolean;
  /** Its content could not be stored, and is gone with the page or the process. */
  isVolatile?: boolean;
}

/** A message on its way: written down before it is sent, and until its end is known. */
export interface OutboxEntry {
  /** Names the message for ever: every repeat is sent under the same id. */
  clientMessageId: string;
  conversationId: string;
  content: string;
  type?: SentType;
  replyToId?: string;
  metadata?: Metadata;
  /** It is sent once all of them are uploaded. */
  attachments?: readonly OutboxAttachment[];
  /** ISO-8601 UTC, by this machine's clock. */
  createdAt: string;
  /** Entries of one conversation are sent in ascending order of this number. */
  order: number;
  /** Whose it is; absent where it was written before this client had ever been connected. Sent only as this user. */
  senderId?: string;
  /**
   * Why it is not sent. It stays until `resend` or `discard`. `retryable`: it failed several times, by a defect of the server
   * (`internal`) or on this side (`defect`), and may succeed later; otherwise the refusal is final.
   */
  failure?: Failure;
}

export type AttachmentContents = ReadonlyMap<string, Blob>;

/**
 * Where entries outlive the page or the process. Calls may overlap; one that has resolved is kept.
 * Several clients of one person may share one storage.
 */
export interface OutboxStorage {
  load(): Promise<OutboxEntry[]>;
  /**
   * Adds the entry, or replaces the one with its `clientMessageId`; with its first `put` come the contents of its attachments,
   * by `clientUploadId`, which are kept as long as the entry.
   */
  put(entry: OutboxEntry, contents?: AttachmentContents): Promise<void>;
  /** The contents that were put with an entry. A storage without this keeps none. */
  contents?(clientMessageId: string): Promise<AttachmentContents>;
  /** An id that is not there is no error. */
  remove(clientMessageId: string): Promise<void>;
  /**
   * Calls `listener` with the id of each entry that another has removed. With a storage without this, clients that share it may
   * send what another of them has dropped since they read it.
   */
  onRemoved?(listener: (clientMessageId: string) => void): void;
}
