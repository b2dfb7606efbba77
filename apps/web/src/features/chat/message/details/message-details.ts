import type { ParleyClient } from '@parley/client';
import type { Message, MessageEdits, MessageReceipts, UserView } from '@parley/protocol';
import { learnPeople } from '../../../people/people.store.js';

/** What is asked for only when somebody looks. All of them throw `SdkError`. */

/** One message as it is now. */
export function fetchMessage(client: ParleyClient, messageId: string): Promise<Message> {
  return client.request<Message>('GET', `messages/${messageId}`);
}

/** Whom the message has reached, and when. */
export async function fetchReceipts(client: ParleyClient, messageId: string): Promise<MessageReceipts> {
  return known(await client.request<MessageReceipts>('GET', `messages/${messageId}/receipts`));
}

/** What it was before, oldest edit first. */
export async function fetchEdits(client: ParleyClient, messageId: string): Promise<MessageEdits> {
  return known(await client.request<MessageEdits>('GET', `messages/${messageId}/edits`));
}

function known<T extends { users: readonly UserView[] }>(answer: T): T {
  learnPeople(answer.users);
  return answer;
}
