import type { ConversationsSnapshot, ConversationView } from '@parley/client';
import { useMemo } from 'react';
import { useChatClient } from './chat-provider.js';
import { useSubscribable } from './use-subscribable.js';

/** My conversations, the latest first. `isLoaded` is false until the server first answered them. */
export function useConversations(): ConversationsSnapshot {
  return useSubscribable(useChatClient().conversations);
}

/** One of my conversations with its members; null where it is not mine, or not known yet. */
export function useConversation(id: string): ConversationView | null {
  const client = useChatClient();
  return useSubscribable(useMemo(() => client.conversation(id), [client, id]));
}
