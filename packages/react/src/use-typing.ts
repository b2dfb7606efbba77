import type { TypingSnapshot, TypingView } from '@parley/client';
import { useEffect, useMemo } from 'react';
import { useChatClient } from './chat-provider.js';
import { useSubscribable } from './use-subscribable.js';

/** The others who are typing in a conversation, and how to say that one types oneself; leaving the conversation ends it. */
export function useTyping(id: string): TypingSnapshot & Pick<TypingView, 'notify' | 'stop'> {
  const client = useChatClient();
  const view = useMemo(() => client.typing(id), [client, id]);
  useEffect(() => () => view.stop(), [view]);
  const snapshot = useSubscribable(view);
  return useMemo(() => ({ ...snapshot, notify: () => view.notify(), stop: () => view.stop() }), [snapshot, view]);
}

/** The others who are typing in a conversation, as far as that is known without opening it. */
export function useTypists(id: string): TypingSnapshot {
  const client = useChatClient();
  return useSubscribable(useMemo(() => client.typing(id).typists, [client, id]));
}
