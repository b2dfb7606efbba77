import type { ConversationSettingsBody } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useLocation } from 'wouter';
import { BASE_PATH } from '../../../api/http.js';
import { tryToChange } from '../../../hooks/own-settings.store.js';

/** Changes what I want of a conversation, and leaves it once it is hidden. What fails is shown in it. */
export function useOwnChange(conversationId: string): (body: ConversationSettingsBody) => Promise<void> {
  const client = useChatClient();
  const [, navigate] = useLocation();
  return async (body) => {
    const isChanged = await tryToChange(client, conversationId, body);
    // Another one may have been opened meanwhile.
    const isOpen = location.pathname.startsWith(`${BASE_PATH}/c/${conversationId}`);
    if (isChanged && body.isHidden && isOpen) navigate('/');
  };
}
