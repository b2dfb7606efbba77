import type { Message } from '@parley/protocol';
import { createStore } from 'zustand/vanilla';
import type { EditRefusal } from './edit-refusals.js';

/** A text of mine that its message does not have. Outlives the editor and the row, which may scroll away or be deleted. */
export interface PendingEdit {
  text: string;
  /** What it was made from; null once that is deleted, so that its words stay nowhere. */
  base: Pick<Message, 'content' | 'version'> | null;
  isSaving: boolean;
  /** Why it was not saved. */
  refusal: EditRefusal | null;
}

export const pendingEdits = createStore<{ owner: string; byMessage: Record<string, PendingEdit> }>(() => ({
  owner: '',
  byMessage: {},
}));

/** This person is here now: what another one has left in this tab is not theirs to see. */
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

/** Whether there is something to lose. */
export function isTouched({ text, base }: PendingEdit): boolean {
  return base === null || text !== base.content;
}

/** Somebody, or I on another device, gave the message another text meanwhile, and it is not mine. */
export function isOvertaken({ text, base }: PendingEdit, { content, isDeleted }: Message): boolean {
  return !isDeleted && base !== null && content !== base.content && content !== text;
}

/** Now on its way. Returns what is to be called once the message has it, with the message, and what once it was refused. */
export function beginSaving(messageId: string, given: Pick<PendingEdit, 'text' | 'base'>) {
  const saving: PendingEdit = { ...given, isSaving: true, refusal: null };
  putEdit(messageId, saving);
  /** What was written in the editor meanwhile, which may have been opened again. */
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
