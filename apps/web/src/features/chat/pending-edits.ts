import { createStore } from 'zustand/vanilla';

/** A text of mine that its message does not have yet, or was not given. Outlives the row, which may scroll away. */
export interface PendingEdit {
  text: string;
  /** Null while it is being saved. */
  refusal: string | null;
}

export const pendingEdits = createStore<{ byMessage: Record<string, PendingEdit> }>(() => ({ byMessage: {} }));

export function putEdit(messageId: string, edit: PendingEdit): void {
  pendingEdits.setState(({ byMessage }) => ({ byMessage: { ...byMessage, [messageId]: edit } }));
}

export function dropEdit(messageId: string): void {
  pendingEdits.setState(({ byMessage }) => {
    const { [messageId]: _, ...rest } = byMessage;
    return { byMessage: rest };
  });
}
