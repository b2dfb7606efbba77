import type { Message } from '@parley/protocol';
import { createStore } from 'zustand/vanilla';
import type { EditRefusal } from './edit-refusals.js';

/** An edit that is not saved. It outlives the editor and the row, which may be scrolled out of view or deleted. */
export interface PendingEdit {
  text: string;
  /** The text that was edited; null once the message is deleted, so that its text is kept nowhere. */
  base: Pick<Message, 'content' | 'version'> | null;
  isSaving: boolean;
  /** Why it was not saved. */
  refusal: EditRefusal | null;
}

export const pendingEdits = createStore<{ owner: string; byMessage: Record<string, PendingEdit> }>(() => ({
  owner: '',
  byMessage: {},
}));

/** To be called with the signed-in user: edits that another user left in this tab are not shown to them. */
export function openEdits(owner: string): void {
  if (owner !== pendingEdits.getState().owner) pendingEdits.setState({ owner, byMessage: {} });
}

export function editOf(messageId: string): PendingEdit | null {
  return pendingEdits.getState().byMessage[messageId] ?? null;
}

export function putEdit(messageId: string, edit: PendingEdit): void {
  pendingEdits.setState(({ byMessage }) => ({ byMessage: { ...byMessage, [messageId]: edit } }));
}

export function dropEdit(messageId: string): void {
  pendingEdits.setState(({ byMessage }) => {
    const { [messageId]: _, ...rest } = byMessage;
    return { byMessage: rest };
  });
}

/** Whether the text differs from the one that was edited. */
export function isTouched({ text, base }: PendingEdit): boolean {
  return base === null || text !== base.content;
}

/** Whether the message was edited elsewhere since, and to another text than this one. */
export function isOvertaken({ text, base }: PendingEdit, { content, isDeleted }: Message): boolean {
  return !isDeleted && base !== null && content !== base.content && content !== text;
}

/** Marks the edit as being saved. Returns what the caller calls with the edited message, and with a refusal. */
export function beginSaving(messageId: string, given: Pick<PendingEdit, 'text' | 'base'>) {
  const saving: PendingEdit = { ...given, isSaving: true, refusal: null };
  putEdit(messageId, saving);
  /** The text of an editor that was opened again meanwhile. */
  const written = () => {
    const now = editOf(messageId);
    return now && now !== saving && !now.isSaving ? now : null;
  };
  return {
    saved: (message: Message) => {
      const later = written();
      if (later && later.text !== given.text) putEdit(messageId, { ...later, base: baseOf(message) });
      else if (later || editOf(messageId) === saving) dropEdit(messageId);
    },
    refused: (refusal: EditRefusal) => {
      const { text, base } = written() ?? given;
      putEdit(messageId, { text, base, isSaving: false, refusal });
    },
  };
}

export function baseOf({ content, version }: Message): PendingEdit['base'] {
  return { content, version };
}
