import type { ConnectionSnapshot, SendingSnapshot, UnreadSnapshot } from '@parley/client';
import type { AnnouncedFeatures, AnnouncedLimits } from '@parley/protocol';
import { useChatClient } from './chat-provider.js';
import { useSubscribable } from './use-subscribable.js';

/** The state of the connection, since when, and how often it was tried. */
export function useConnection(): ConnectionSnapshot {
  return useSubscribable(useChatClient().connection);
}

/** How much is unread over all conversations, and how much of that mentions me. */
export function useUnread(): UnreadSnapshot {
  return useSubscribable(useChatClient().unread);
}

/** How many of my messages are on their way, and until when they wait because the server limits them. */
export function useSending(): SendingSnapshot {
  return useSubscribable(useChatClient().sending);
}

/** What the server allows, as it announced last; null before it has. */
export function useLimits(): AnnouncedLimits | null {
  return useSubscribable(useChatClient().limits);
}

/** What the deployment has, as it announced last; null before it has. */
export function useFeatures(): AnnouncedFeatures | null {
  return useSubscribable(useChatClient().features);
}
