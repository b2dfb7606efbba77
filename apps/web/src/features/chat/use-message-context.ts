import type { ParleyClient } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { type RefObject, useCallback, useMemo, useState } from 'react';
import { copyToClipboard } from './clipboard.js';
import { saveDraft } from './drafts.store.js';
import type { ConversationFacts, MessageActions, MessageContextValue } from './message-actions.js';
import { plainText } from './plain-text.js';

const EXCERPT = 140;

interface Seams {
  facts: ConversationFacts;
  input: RefObject<HTMLTextAreaElement | null>;
  jumpTo: (seq: number) => void;
}

/** What the rows of one conversation can do, and which of them is being edited. */
export function useMessageContext({ facts, input, jumpTo }: Seams): [MessageContextValue, editing: string | null] {
  const { id, type, myRole, isArchived, me, isGone } = facts;
  const client = useChatClient();
  const [editing, setEditing] = useState<string | null>(null);
  const edit = useCallback(
    (messageId: string | null) => {
      setEditing(messageId);
      if (messageId === null) input.current?.focus();
    },
    [input],
  );
  const actions = useMemo<MessageActions>(
    () => ({
      ...changesOf(client),
      reply: ({ seq, senderId, content, id: messageId }) => {
        saveDraft(id, { replyTo: { id: messageId, seq, senderId, excerpt: plainText(content, EXCERPT) } });
        input.current?.focus();
      },
      setEditing: edit,
      jumpTo,
      copyText: ({ content }) => copyToClipboard(content),
      copyLink: ({ seq }) => copyToClipboard(`${location.origin}/c/${id}/m/${seq}`),
    }),
    [client, id, input, jumpTo, edit],
  );
  const value = useMemo(
    () => ({ actions, facts: { id, type, myRole, isArchived, me, isGone } }),
    [actions, id, type, myRole, isArchived, me, isGone],
  );
  return [value, editing];
}

function changesOf(client: ParleyClient): Pick<MessageActions, 'edit' | 'remove' | 'react' | 'unreact'> {
  return {
    edit: async (message: Message, content) => void (await client.edit(message.id, { content })),
    remove: async (message) => void (await client.delete(message.id)),
    react: async (message, emoji) => void (await client.react(message.id, emoji)),
    unreact: async (message, emoji) => void (await client.unreact(message.id, emoji)),
  };
}
