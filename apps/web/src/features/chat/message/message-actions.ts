import type { PendingItem } from '@parley/client';
import type { ConversationListItem, Message } from '@parley/protocol';
import { createContext, useContext } from 'react';

/**
 * What one can do with the messages of the open conversation. The same object for as long as it is open, so that
 * rows which hold it are not drawn again. Promises reject with `SdkError`.
 */
export interface MessageActions {
  /** Stores another text in place of the one that was edited last at `ifVersion`. Resolves with the message as it is then. */
  edit: (message: Message, content: string, ifVersion: number) => Promise<Message>;
  /** Leaves a tombstone. Asks nobody: whoever calls has asked. */
  remove: (message: Message) => Promise<void>;
  /** Quotes the message in the composer and goes there. */
  reply: (message: Message) => void;
  /** Sends a new message. */
  say: (text: string, replyToId: string | null) => void;
  /** Puts a message that was refused back into the composer, before what is written there. */
  takeBack: (pending: PendingItem) => void;
  /** Opens this row's editor; null closes the open one and goes back to the composer. */
  setEditing: (messageId: string | null) => void;
  /** Goes to a message of this conversation, fetched first where it is not held. */
  jumpTo: (seq: number) => void;
  copyText: (text: string) => Promise<void>;
  /** The address of the message in this app. */
  copyLink: (message: Message) => Promise<void>;
}

/** What the rights to a message hang on. A new object only where one of its fields changed. */
export interface ConversationFacts extends Pick<ConversationListItem, 'id' | 'type' | 'myRole' | 'isArchived'> {
  me: string;
  /** I am not a member any more. */
  isGone: boolean;
  /** For how long the server lets a message be edited; 0: never. */
  editWindowMs: number;
}

export interface MessageContextValue {
  actions: MessageActions;
  facts: ConversationFacts;
}

export const MessageContext = createContext<MessageContextValue | null>(null);

export function useMessageActions(): MessageActions {
  return use().actions;
}

export function useConversationFacts(): ConversationFacts {
  return use().facts;
}

function use(): MessageContextValue {
  const value = useContext(MessageContext);
  if (!value) throw new Error('Messages are shown within a MessageContext.');
  return value;
}
