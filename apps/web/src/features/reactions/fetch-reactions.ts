import type { ParleyClient } from '@parley/client';
import type { MessageReactions } from '@parley/protocol';
import { learnPeople } from '../people/people.store.js';

/** Who reacted with what. Throws `SdkError`. */
export async function fetchReactions(client: ParleyClient, messageId: string): Promise<MessageReactions> {
  const answer = await client.request<MessageReactions>('GET', `messages/${messageId}/reactions`);
  learnPeople(answer.users);
  return answer;
}
