import type { ParleyClient } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient, useLimits } from '@parley/react';
import { type RefObject, useCallback, useMemo, useState } from 'react';
import { copyToClipboard } from '../../ui/clipboard.js';
import { draftOf, saveDraft } from './composer/drafts.store.js';
import type { ConversationFacts, MessageActions, MessageContextValue } from './message/message-actions.js';

interface Seams {
  facts: Omit<ConversationFacts, 'editWindowMs'>;
  input: RefObject<HTMLTextAreaElement | null>;
  /** These two are the same functions for as long as nothing else changes. */
  jumpTo: (seq: number) => void;
  say: MessageActions['say'];
}

/** What the rows of one conversation can do, and which of them is being edited. */
export function useMessageContext(seams: Seams): [MessageContextValue, editing: string | null] {
  const { facts, input, jumpTo, say } = seams;
  const { id, type, myRole, isArchived, me, isGone } = facts;
  const client = useChatClient();
  const editWindowMs = (useLimits()?.editWindowSeconds ?? 0) * 1000;
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
      reply: ({ id: replyToId }) => {
        saveDraft(id, { replyToId });
        input.current?.focus();
      },
      say,
      takeBack: ({ key, entry, failure }) => {
        const now = draftOf(id);
        const isOfReply = failure?.details?.some(({ path }) => path === 'replyToId') ?? false;
        saveDraft(id, {
          text: now.text === '' ? entry.content : `${entry.content}\n${now.text}`,
          replyToId: now.replyToId ?? (isOfReply ? null : (entry.replyToId ?? null)),
        });
        client.discard(key);
        input.current?.focus();
      },
      setEditing: edit,
      jumpTo,
      copyText: copyToClipboard,
      copyLink: ({ seq }) => copyToClipboard(`${location.origin}/c/${id}/m/${seq}`),
    }),
    [client, id, input, jumpTo, say, edit],
  );
  const value = useMemo(
    () => ({ actions, facts: { id, type, myRole, isArchived, me, isGone, editWindowMs } }),
    [actions, id, type, myRole, isArchived, me, isGone, editWindowMs],
  );
  return [value, editing];
}

function changesOf(client: ParleyClient): Pick<MessageActions, 'edit' | 'remove'> {
  return {
    edit: (message: Message, content, ifVersion) => client.edit(message.id, { content, ifVersion }),
    remove: async (message) => void (await client.delete(message.id)),
  };
}
