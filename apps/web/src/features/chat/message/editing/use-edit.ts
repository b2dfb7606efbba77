import type { OwnChange } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useStore } from 'zustand';
import { announce } from '../../../../ui/announcements.js';
import { useMessageActions } from '../message-actions.js';
import {
  baseOf,
  dropEdit,
  type EditDraft,
  editDraftOf,
  editDrafts,
  isOvertaken,
  isSaving,
  isTouched,
  putEdit,
  settleEdit,
} from './edit-drafts.store.js';
import { type EditRefusal, editRefusal } from './edit-refusals.js';

export interface Edit {
  /** The text that is being written, or was refused; null without one, and while it is what the message shows. */
  draft: EditDraft | null;
  /** Whether an edit is on its way. */
  isSaving: boolean;
  /** Why the latest edit was not taken. */
  refusal: EditRefusal | null;
  /** Whether the message was edited elsewhere since, and to another text than this one. */
  isOvertaken: boolean;
  /** Starts with the message's text, or continues with the text that was kept. */
  begin: () => void;
  write: (text: string) => void;
  /**
   * To be called when the message has changed. An untouched text is replaced by the new one, or dropped with a deleted
   * message, and so is one that the message has now; another one stays, without the text that it was made from if that was
   * deleted.
   */
  follow: () => 'here' | 'gone';
  /** Saves the text, unless the message was edited elsewhere meanwhile. */
  save: () => void;
  /** Saves the text over whatever the message has now. */
  keepMine: () => void;
  /** Discards the text. */
  drop: () => void;
  /** Sends the text as a new message. */
  sendAsNew: () => void;
  /** To be called when the editor closes: keeps the text if it was touched. */
  leave: () => void;
}

/** The edit of a message of mine, whose text is kept until the server has it. `own`: what became of it so far. */
export function useEdit(message: Message, own: OwnChange): Edit {
  const { id } = message;
  const { say } = useMessageActions();
  const client = useChatClient();
  const store = useStoring(message);
  const draft = useStore(editDrafts, ({ byMessage }) => byMessage[id] ?? null);
  const drop = () => {
    dropEdit(id);
    client.discardEdit(id);
  };
  return {
    draft: isSaving(own) && draft?.text === own.edit?.content ? null : draft,
    isSaving: isSaving(own),
    refusal: own.edit?.failure ? editRefusal(own.edit.failure) : null,
    isOvertaken: draft !== null && isOvertaken(draft, message, own),
    begin: () => {
      putEdit(id, editDraftOf(id) ?? blank(message));
      client.discardEdit(id);
    },
    write: (text) => putEdit(id, { ...(editDraftOf(id) ?? blank(message)), text }),
    follow: () => {
      const now = editDraftOf(id);
      // Its answer was lost, or the same was written elsewhere.
      if (now?.text === message.content && !message.isDeleted) drop();
      return follow(message);
    },
    save: () => {
      const now = editDraftOf(id);
      if (now && !isOvertaken(now, message, own)) void store(now);
    },
    keepMine: () => {
      const now = editDraftOf(id);
      if (now) void store({ ...now, base: baseOf(message) });
    },
    drop,
    sendAsNew: () => {
      const text = editDraftOf(id)?.text;
      drop();
      if (text !== undefined) say(text, message.replyTo?.id ?? null);
    },
    leave: () => {
      const now = editDraftOf(id);
      if (now && !isTouched(now)) dropEdit(id);
    },
  };
}

function follow(message: Message): 'here' | 'gone' {
  const now = editDraftOf(message.id);
  if (!now?.base) return 'here';
  if (isTouched(now)) {
    if (message.isDeleted) putEdit(message.id, { ...now, base: null });
    return 'here';
  }
  if (message.isDeleted) {
    dropEdit(message.id);
    return 'gone';
  }
  putEdit(message.id, blank(message));
  announce('The message was edited elsewhere. The editor has its new text.');
  return 'here';
}

function useStoring(message: Message): (draft: EditDraft) => Promise<void> {
  const { edit } = useMessageActions();
  const { id } = message;
  return async ({ text, base }) => {
    if (base === null) return;
    if (text === message.content) return dropEdit(id);
    putEdit(id, { text, base });
    try {
      settleEdit(await edit(message, text, base.version), text);
    } catch (thrown) {
      announce(`Not changed. ${editRefusal(thrown).sentence}`);
    }
  };
}

function blank(message: Message): EditDraft {
  return { text: message.content, base: baseOf(message) };
}
