import type { ConversationDetail, ConversationListItem, CreateConversationBody } from '@parley/protocol';
import { request } from '../../api/http.js';
import { putItems } from '../chat/chat.store.js';
import { takeDetail } from '../chat/chat-loader.js';

/** Makes a conversation, or finds the direct one that there is. Answers its id. Throws `ApiError`. */
export async function createConversation(body: CreateConversationBody): Promise<string> {
  const made = await request<ConversationListItem | ConversationDetail>('POST', 'conversations', { body });
  if ('members' in made) takeDetail(made);
  else putItems([made]);
  return made.id;
}
