import type { Message } from '@parley/protocol';
import { useStore } from 'zustand';
import { announce } from './announcements.js';
import { editRefusal } from './change-refusals.js';
import { useMessageActions } from './message-actions.js';
import { dropEdit, type PendingEdit, pendingEdits, putEdit } from './pending-edits.js';

export interface Edit {
  /** What is being saved, or was refused. */
  pending: PendingEdit | null;
  save: (text: string) => void;
  dismiss: () => void;
}

/** Saves another text: shown at once, taken back with a sentence where the server refuses it. */
export function useEdit(message: Message): Edit {
  const { id } = message;
  const { edit } = useMessageActions();
  const pending = useStore(pendingEdits, ({ byMessage }) => byMessage[id] ?? null);
  return {
    pending,
    save: (text) => {
      if (text === message.content) {
        dropEdit(id);
        return;
      }
      putEdit(id, { text, refusal: null });
      edit(message, text).then(
        () => dropEdit(id),
        (thrown: unknown) => {
          const refusal = editRefusal(thrown);
          putEdit(id, { text, refusal });
          announce(`Not changed. ${refusal}`);
        },
      );
    },
    dismiss: () => dropEdit(id),
  };
}
