import type { Message } from '@parley/protocol';
import { useStore } from 'zustand';
import { announce } from '../announcements.js';
import { type MessageActions, useMessageActions } from '../message-actions.js';
import { editRefusal } from './edit-refusals.js';
import {
  baseOf,
  beginSaving,
  dropEdit,
  editOf,
  isOvertaken,
  isTouched,
  type PendingEdit,
  pendingEdits,
  putEdit,
} from './pending-edits.js';

export interface Edit {
  /** The text that is being written or saved, or that was refused. */
  pending: PendingEdit | null;
  /** Starts with the message's text, or continues with the text that was kept. */
  begin: () => void;
  write: (text: string) => void;
  /**
   * To be called when the message has changed. An untouched text is replaced by the new one, or dropped with a deleted
   * message; a touched one stays, without the text that it was made from if that was deleted.
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

/** The edit of a message of mine: shown at once, and undone with a reason where the server refuses it. */
export function useEdit(message: Message): Edit {
  const { id } = message;
  const actions = useMessageActions();
  const pending = useStore(pendingEdits, ({ byMessage }) => byMessage[id] ?? null);
  const change = (fields: Partial<PendingEdit>) => {
    const now = editOf(id) ?? blank(message);
    putEdit(id, { ...now, ...fields });
  };
  return {
    pending,
    // A save under way continues; the editor holds the next text.
    begin: () => change({ isSaving: false, refusal: null }),
    write: (text) => change({ text }),
    follow: () => follow(message),
    save: () => {
      const now = editOf(id);
      if (now && !isOvertaken(now, message)) void store(actions, message, now);
    },
    keepMine: () => {
      const now = editOf(id);
      if (now) void store(actions, message, { ...now, base: baseOf(message) });
    },
    drop: () => dropEdit(id),
    sendAsNew: () => {
      const text = editOf(id)?.text;
      dropEdit(id);
      if (text !== undefined) actions.say(text, message.replyTo?.id ?? null);
    },
    leave: () => {
      const now = editOf(id);
      if (now && !isTouched(now)) dropEdit(id);
    },
  };
}

function follow(message: Message): 'here' | 'gone' {
  const now = editOf(message.id);
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

async function store({ edit }: MessageActions, message: Message, { text, base }: PendingEdit): Promise<void> {
  const { id } = message;
  if (base === null) return;
  if (text === message.content) {
    dropEdit(id);
    return;
  }
  const { saved, refused } = beginSaving(id, { text, base });
  try {
    saved(await edit(message, text, base.version));
  } catch (thrown) {
    const refusal = editRefusal(thrown);
    refused(refusal);
    announce(`Not changed. ${refusal.sentence}`);
  }
}

function blank(message: Message): PendingEdit {
  return { text: message.content, base: baseOf(message), isSaving: false, refusal: null };
}
