import type { PendingItem } from '@parley/client';
import type { ConversationListItem, Message } from '@parley/protocol';
import { createContext, useContext } from 'react';

/**
 * What the reader can do with the messages of the open conversation. The object stays the same while that is open, so
 * that rows are not drawn again. Promises reject with `SdkError`.
 */
export interface MessageActions {
  /** Replaces the text, if that was last edited at `ifVersion`. Resolves with the edited message. */
  edit: (message: Message, content: string, ifVersion: number) => Promise<Message>;
  /** Deletes the message for everybody. The caller has asked for confirmation. */
  remove: (message: Message) => Promise<void>;
  /** Quotes the message in the composer, which takes the focus. */
  reply: (message: Message) => void;
  /** Sends a new message. */
  say: (text: string, replyToId: string | null, files?: readonly File[]) => void;
  /** Moves text and files of a refused message into the composer, before what is there. */
  takeBack: (pending: PendingItem) => void;
  /** Opens the editor of this message; null closes the open one, and the composer takes the focus. */
  setEditing: (messageId: string | null) => void;
  /** Jumps to a message of this conversation, which is loaded first where it is not. */
  jumpTo: (seq: number) => void;
  /** For myself, from this message on, until I open the conversation again. */
  markUnread: (message: Message) => void;
  copyText: (text: string) => Promise<void>;
  /** The address of the message in this app. */
  copyLink: (message: Message) => Promise<void>;
}

/** What the rights to a message depend on. The object is replaced only when one of its fields changes. */
export interface ConversationFacts extends Pick<ConversationListItem, 'id' | 'type' | 'myRole' | 'isArchived'> {
  me: string;
  /** Whether I am no longer a member. */
  isGone: boolean;
  /** Whether I may write nothing for a time. */
  isSilenced: boolean;
  /** How long the server accepts edits of a message; 0: never. */
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
