import type { SendCommand, SendResult } from '@parley/protocol';
import type { OwnUpload, UploadCommand } from '../files/upload.js';
import type { OutboxEntry, OutboxStorage } from './outbox-entry.js';
import type { SendLimits } from './send-pace.js';

export interface OutboxOptions {
  storage: OutboxStorage;
  onStorageFault: (fault: unknown) => void;
  /** How fast the server takes messages, as it announced; null before it has. */
  limits: () => SendLimits | null;
  /** What is asked of an upload. */
  command: (command: UploadCommand, upload: OwnUpload) => void;
  /** Rejects with `SdkError`. */
  send: (command: SendCommand) => Promise<SendResult>;
  /** The server has it. Called before the entry disappears. */
  onAcked: (result: SendResult) => void;
  /** What waits in a conversation, has failed, or was not seen among its messages yet; in order. */
  onChange: (conversationId: string, entries: readonly OutboxEntry[]) => void;
}
