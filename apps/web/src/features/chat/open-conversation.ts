import type { ConversationView, MessagesSnapshot } from '@parley/client';
import type { MessageCommands } from '@parley/react';

/** The conversation that is shown, with its messages. */
export interface OpenConversation {
  view: ConversationView;
  messages: MessagesSnapshot & MessageCommands;
  /** Set when I am no longer a member; the other fields then keep their last values. */
  gone: 'left' | 'removed' | null;
}
