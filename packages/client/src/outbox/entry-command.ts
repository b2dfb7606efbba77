import type { SendCommand } from '@parley/protocol';
import type { Failure, SdkError } from '../sdk-error.js';
import type { OutboxEntry } from './outbox-entry.js';

export function commandOf(entry: OutboxEntry): SendCommand {
  const { conversationId, clientMessageId, content, type, replyToId, attachments } = entry;
  const files = attachments?.flatMap(({ file }) => (file ? [{ fileId: file.fileId }] : []));
  const metadata = files?.length ? { ...entry.metadata, files } : entry.metadata;
  return { conversationId, clientMessageId, content, type, replyToId, metadata };
}

export function failureOf(error: SdkError, clientMessageId: string): Failure {
  const { message, retryable, details, requestId = '' } = error;
  // Connection faults are repeated without end.
  const code = error.code as Failure['code'];
  return { code, message, retryable, details, requestId, clientMessageId };
}
