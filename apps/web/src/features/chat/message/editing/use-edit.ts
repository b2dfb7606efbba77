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
  /** What is being written or saved, or was refused. */
  pending: PendingEdit | null;
  /** Begins with the message's present text, or goes on with what was written. */
  begin: () => void;
  write: (text: string) => void;
  /**
   * The message changed. Untouched, the text follows it, or is gone with it; else both stay, but for the words that were
   * deleted.
   */
  follow: () => 'here' | 'gone';
  /** Stores it in place of what it was made from; does nothing where the message has another text by now. */
  save: () => void;
  /** Stores it in place of whatever the message has now. */
  keepMine: () => void;
  /** Mine is forgotten: the message stays as it is. */
  drop: () => void;
  /** What is written becomes a message of its own. */
  sendAsNew: () => void;
  /** The editor is gone: what is written stays, if there is something. */
  leave: () => void;
}

/** Another text for a message of mine: shown at once, taken back with a sentence where the server refuses it. */
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
    // What is being saved goes on: this is a text after it.
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
