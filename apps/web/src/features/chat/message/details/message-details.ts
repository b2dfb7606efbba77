import type { ParleyClient } from '@parley/client';
import type { Message, MessageEdits, MessageReceipts } from '@parley/protocol';

/** Details that are fetched when the reader opens them. All of these throw `SdkError`. */

/** One message as it is now. */
export function fetchMessage(client: ParleyClient, messageId: string): Promise<Message> {
  return client.request<Message>('GET', `messages/${messageId}`);
}

/** To whom the message was delivered and who has read it, with times. */
export function fetchReceipts(client: ParleyClient, messageId: string): Promise<MessageReceipts> {
  return client.request<MessageReceipts>('GET', `messages/${messageId}/receipts`);
}

/** Its earlier texts, oldest first. */
export function fetchEdits(client: ParleyClient, messageId: string): Promise<MessageEdits> {
  return client.request<MessageEdits>('GET', `messages/${messageId}/edits`);
}
