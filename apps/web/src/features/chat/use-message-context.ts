import type { OutboxAttachment, ParleyClient } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient, useLimits } from '@parley/react';
import { type RefObject, useCallback, useMemo, useState } from 'react';
import { BASE_PATH } from '../../api/http.js';
import { copyToClipboard } from '../../ui/clipboard.js';
import { restoreFiles } from '../attachments/chosen-files.store.js';
import { draftOf, saveDraft } from './composer/drafts.store.js';
import type { ConversationFacts, MessageActions, MessageContextValue } from './message/message-actions.js';
import type { Jump } from './timeline/use-jump.js';

interface Options {
  facts: Omit<ConversationFacts, 'editWindowMs'>;
  input: RefObject<HTMLTextAreaElement | null>;
  jump: Pick<Jump, 'go'>;
  /** Stable, like `jump.go`: with either the actions are replaced, and all rows drawn again. */
  say: MessageActions['say'];
  markUnread: MessageActions['markUnread'];
}

/** The actions and facts for the rows of one conversation, and the id of the message that is being edited. */
export function useMessageContext(options: Options): [MessageContextValue, editing: string | null] {
  const { facts, input, say, markUnread } = options;
  const { go } = options.jump;
  const { id, type, myRole, isArchived, me, isGone, isSilenced } = facts;
  const client = useChatClient();
  const editWindowMs = (useLimits()?.editWindowSeconds ?? 0) * 1000;
  const [editing, setEditing] = useEditing(input);
  const actions = useMemo<MessageActions>(
    () => ({
      ...changesOf(client),
      ...draftsOf(client, id, input),
      say,
      setEditing,
      jumpTo: (seq) => void go(seq),
      markUnread,
      copyText: copyToClipboard,
      copyLink: ({ seq }) => copyToClipboard(`${location.origin}${BASE_PATH}/c/${id}/m/${seq}`),
    }),
    [client, id, input, go, say, setEditing, markUnread],
  );
  const value = useMemo(
    () => ({ actions, facts: { id, type, myRole, isArchived, me, isGone, isSilenced, editWindowMs } }),
    [actions, id, type, myRole, isArchived, me, isGone, isSilenced, editWindowMs],
  );
  return [value, editing];
}

/** The message whose editor is open. When that closes, the composer takes the focus. */
function useEditing(input: Options['input']) {
  const [editing, setEditing] = useState<string | null>(null);
  const edit = useCallback(
    (messageId: string | null) => {
      setEditing(messageId);
      if (messageId === null) input.current?.focus();
    },
    [input],
  );
  return [editing, edit] as const;
}

function draftsOf(
  client: ParleyClient,
  conversationId: string,
  input: Options['input'],
): Pick<MessageActions, 'reply' | 'takeBack'> {
  return {
    reply: ({ id: replyToId }) => {
      saveDraft(conversationId, { replyToId });
      input.current?.focus();
    },
    takeBack: ({ key, entry, failure }) => {
      const now = draftOf(conversationId);
      const isOfReply = failure?.details?.some(({ path }) => path === 'replyToId') ?? false;
      saveDraft(conversationId, {
        text: now.text === '' ? entry.content : `${entry.content}\n${now.text}`,
        replyToId: now.replyToId ?? (isOfReply ? null : (entry.replyToId ?? null)),
      });
      const kept = (entry.attachments ?? []).map((attachment) => fileOf(client, attachment));
      restoreFiles(conversationId, kept);
      client.discard(key);
      input.current?.focus();
    },
  };
}

/** Null where the content could not be kept, as in a private window after a reload. */
function fileOf(client: ParleyClient, attachment: OutboxAttachment): File | null {
  const { clientUploadId, fileName, fileType } = attachment;
  const content = client.attachment(clientUploadId)?.content;
  return content ? new File([content], fileName, { type: fileType }) : null;
}

function changesOf(client: ParleyClient): Pick<MessageActions, 'edit' | 'remove'> {
  return {
    edit: (message: Message, content, ifVersion) => client.edit(message.id, { content, ifVersion }),
    remove: async (message) => void (await client.delete(message.id)),
  };
}
