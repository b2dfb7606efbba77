import type { ParleyClient } from '@parley/client';
import type { Message, MessageEdits, MessageReceipts, UserView } from '@parley/protocol';
import { learnPeople } from '../../../people/people.store.js';

/** Details that are fetched when the reader opens them. All of these throw `SdkError`. */

/** One message as it is now. */
export function fetchMessage(client: ParleyClient, messageId: string): Promise<Message> {
  return client.request<Message>('GET', `messages/${messageId}`);
}

/** To whom the message was delivered and who has read it, with times. */
export async function fetchReceipts(client: ParleyClient, messageId: string): Promise<MessageReceipts> {
  return known(await client.request<MessageReceipts>('GET', `messages/${messageId}/receipts`));
}

/** Its earlier texts, oldest first. */
export async function fetchEdits(client: ParleyClient, messageId: string): Promise<MessageEdits> {
  return known(await client.request<MessageEdits>('GET', `messages/${messageId}/edits`));
}

function known<T extends { users: readonly UserView[] }>(answer: T): T {
  learnPeople(answer.users);
  return answer;
}
