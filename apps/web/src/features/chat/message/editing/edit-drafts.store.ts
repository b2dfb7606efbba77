import type { OwnChange } from '@parley/client';
import type { Message } from '@parley/protocol';
import { createStore } from 'zustand/vanilla';

/**
 * The new text of a message, until the server has it. It outlives the editor and the row, which may be scrolled out of view
 * or deleted.
 */
export interface EditDraft {
  text: string;
  /** The text that was edited; null once the message is deleted, so that its text is kept nowhere. */
  base: Pick<Message, 'content' | 'version'> | null;
}

export const editDrafts = createStore<{ owner: string; byMessage: Record<string, EditDraft> }>(() => ({
  owner: '',
  byMessage: {},
}));

/** To be called with the signed-in user: edits that another user left in this tab are not shown to them. */
export function openEdits(owner: string): void {
  if (owner !== editDrafts.getState().owner) editDrafts.setState({ owner, byMessage: {} });
}

export function editDraftOf(messageId: string): EditDraft | null {
  return editDrafts.getState().byMessage[messageId] ?? null;
}

export function putEdit(messageId: string, draft: EditDraft): void {
  editDrafts.setState(({ byMessage }) => ({ byMessage: { ...byMessage, [messageId]: draft } }));
}

export function dropEdit(messageId: string): void {
  editDrafts.setState(({ byMessage }) => {
    const { [messageId]: _, ...rest } = byMessage;
    return { byMessage: rest };
  });
}

/** The server has this text. What was written since is an edit of it. */
export function settleEdit(message: Message, text: string): void {
  const draft = editDraftOf(message.id);
  if (draft?.text === text) dropEdit(message.id);
  else if (draft) putEdit(message.id, { ...draft, base: baseOf(message) });
}

/** Whether the text differs from the one that was edited. */
export function isTouched({ text, base }: EditDraft): boolean {
  return base === null || text !== base.content;
}

/** Whether an edit is on its way: what the message says is mine then. */
export function isSaving({ edit }: OwnChange): boolean {
  return edit !== null && edit.failure === null;
}

/** Whether the message was edited elsewhere since, and to another text than this one. */
export function isOvertaken({ text, base }: EditDraft, { content, isDeleted }: Message, own: OwnChange): boolean {
  return !isSaving(own) && !isDeleted && base !== null && content !== base.content && content !== text;
}

export function baseOf({ content, version }: Message): EditDraft['base'] {
  return { content, version };
}
