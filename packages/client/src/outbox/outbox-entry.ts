import type { Metadata, SentType } from '@parley/protocol';
import type { Failure } from '../sdk-error.js';

/** A message on its way: written down before it is sent, and until its end is known. */
export interface OutboxEntry {
  /** Names the message for ever: every repeat is sent under the same id. */
  clientMessageId: string;
  conversationId: string;
  content: string;
  type?: SentType;
  replyToId?: string;
  metadata?: Metadata;
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

/**
 * Where entries outlive the page or the process. Calls may overlap; one that has resolved is kept.
 * Several clients of one person may share one storage.
 */
export interface OutboxStorage {
  load(): Promise<OutboxEntry[]>;
  /** Adds the entry, or replaces the one with its `clientMessageId`. */
  put(entry: OutboxEntry): Promise<void>;
  /** An id that is not there is no error. */
  remove(clientMessageId: string): Promise<void>;
}
