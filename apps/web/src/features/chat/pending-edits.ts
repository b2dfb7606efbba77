import type { Message } from '@parley/protocol';
import { createStore } from 'zustand/vanilla';
import type { ChangeRefusal } from './change-refusals.js';

/** A text of mine that its message does not have. Outlives the editor and the row, which may scroll away or be deleted. */
export interface PendingEdit {
  text: string;
  /** What it was made from; null once that is deleted, so that its words stay nowhere. */
  base: Pick<Message, 'content' | 'version'> | null;
  isSaving: boolean;
  /** Why it was not saved. */
  refusal: ChangeRefusal | null;
}

export const pendingEdits = createStore<{ byMessage: Record<string, PendingEdit> }>(() => ({ byMessage: {} }));

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
