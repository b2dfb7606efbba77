import type { UserView } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useCallback } from 'react';
import { useView } from '../../hooks/use-view.js';
import { createConversation } from './create-conversation.js';

/** Opens the direct conversation with somebody: the existing one, or a new one. Rejects with `SdkError`. */
export function useOpenDirect(): (person: UserView) => Promise<void> {
  const client = useChatClient();
  const { openConversation } = useView();
  return useCallback(
    async (person) => openConversation(await createConversation(client, { type: 'direct', memberIds: [person.id] })),
    [client, openConversation],
  );
}
