import type { Message } from '@parley/protocol';
import { isolate } from '../../../ui/isolated.js';
import { QuestionDialog } from '../../../ui/question-dialog.js';
import { useMessageActions } from './message-actions.js';
import { messageWords } from './message-words.js';

interface DeleteDialogProps {
  message: Message;
  /** The sender's name; null for my own message. */
  sender: string | null;
  onClose: () => void;
  onDone: () => void;
}

const LONGEST = 160;

/** Asks before a message is deleted for everybody. */
export function DeleteDialog({ message, sender, onClose, onDone }: DeleteDialogProps) {
  const { remove } = useMessageActions();
  return (
    <QuestionDialog
      title={sender === null ? 'Delete this message?' : `Delete ${isolate(sender)}’s message?`}
      verb="Delete"
      danger
      quote={messageWords(message, LONGEST)}
      act={() => remove(message)}
      onClose={onClose}
      onDone={onDone}
    >
      It is deleted for everybody. A line stays that says so.
    </QuestionDialog>
  );
}
