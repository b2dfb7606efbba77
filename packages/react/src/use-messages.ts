import type { MessageList, MessagesSnapshot, Outgoing, ParleyClient } from '@parley/client';
import type { EditMessageBody, Message, ReactionCount } from '@parley/protocol';
import { useEffect, useMemo } from 'react';
import { useChatClient } from './chat-provider.js';
import { useSubscribable } from './use-subscribable.js';

interface UseMessagesOptions {
  /** Where to begin: a seq or a message's id; the newest message where it is left out. */
  startAt?: number | string;
}

/** What one can do with the messages of one conversation. The same object for as long as it is the same conversation. */
export interface MessageCommands {
  loadOlder: () => Promise<void>;
  loadNewer: () => Promise<void>;
  /** A seq, a message's id or an ISO time. */
  jumpTo: (place: number | string) => Promise<void>;
  toLatest: () => Promise<void>;
  /** Shown at once, stored, then sent. Answers the id under which it will stay. */
  send: (message: Outgoing) => string;
  /** Sends a refused message again, under its own id. */
  resend: (clientMessageId: string) => void;
  /** Drops a refused message. */
  discard: (clientMessageId: string) => void;
  /** Shown at once; a refusal is the item's `own.edit`. */
  edit: (messageId: string, change: EditMessageBody) => Promise<Message>;
  /** Forgets an edit that was refused. */
  discardEdit: (messageId: string) => void;
  remove: (messageId: string) => Promise<Message>;
  /** Shown at once; a refusal is the item's `own.reactionFailure`. */
  react: (messageId: string, emoji: string) => Promise<ReactionCount[]>;
  unreact: (messageId: string, emoji: string) => Promise<ReactionCount[]>;
  /** Forgets why a reaction was refused. */
  dismissReaction: (messageId: string) => void;
}

/** A window over the messages of a conversation, those still being sent included. */
export function useMessages(id: string, { startAt }: UseMessagesOptions = {}): MessagesSnapshot & MessageCommands {
  const client = useChatClient();
  const list = useMemo(() => client.messages(id), [client, id]);
  const commands = useMemo(() => commandsOf(client, id, list), [client, id, list]);
  // Before the subscription, which would load the newest page.
  useEffect(() => {
    // Does not reject: a failure is the snapshot's `error`, and what cannot be had yet is shown later.
    if (startAt !== undefined) void list.jumpTo(startAt);
  }, [list, startAt]);
  const snapshot = useSubscribable(list);
  return useMemo(() => ({ ...snapshot, ...commands }), [snapshot, commands]);
}

function commandsOf(client: ParleyClient, id: string, list: MessageList): MessageCommands {
  return {
    loadOlder: () => list.loadOlder(),
    loadNewer: () => list.loadNewer(),
    jumpTo: (place) => list.jumpTo(place),
    toLatest: () => list.toLatest(),
    send: (message) => client.send(id, message),
    resend: (clientMessageId) => client.resend(clientMessageId),
    discard: (clientMessageId) => client.discard(clientMessageId),
    edit: (messageId, change) => client.edit(messageId, change),
    discardEdit: (messageId) => client.discardEdit(messageId),
    remove: (messageId) => client.delete(messageId),
    react: (messageId, emoji) => client.react(messageId, emoji),
    unreact: (messageId, emoji) => client.unreact(messageId, emoji),
    dismissReaction: (messageId) => client.dismissReaction(messageId),
  };
}
