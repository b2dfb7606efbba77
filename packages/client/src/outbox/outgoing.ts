import type { SendMessageBody, SentType } from '@parley/protocol';
import type { NewAttachment } from './attachments.js';

/** A message as it is given to `send`. */
export interface Outgoing extends Omit<SendMessageBody, 'clientMessageId' | 'type'> {
  /** Default: `text`; with attachments `image` where all of them are, else `file`. */
  type?: SentType;
  /** Uploaded first; kept with the message until it is sent. */
  attachments?: readonly NewAttachment[];
}
