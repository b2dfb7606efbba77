import type { ConversationView, MessagesSnapshot } from '@parley/client';
import type { MessageCommands } from '@parley/react';

/** What is shown of one conversation. */
export interface OpenConversation {
  view: ConversationView;
  messages: MessagesSnapshot & MessageCommands;
  /** Set when I am not a member any more: the rest is then as it last was. */
  gone: 'left' | 'removed' | null;
}
