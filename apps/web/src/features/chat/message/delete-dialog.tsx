import type { Message } from '@parley/protocol';
import { useState } from 'react';
import { isFinal, sentenceFor } from '../../../api/sentences.js';
import { Button } from '../../../ui/button.js';
import { Dialog, DialogActions } from '../../../ui/dialog.js';
import { Alert } from '../../../ui/field.js';
import { isolate } from '../../../ui/isolated.js';
import { useMessageActions } from './message-actions.js';
import { plainText } from './plain-text.js';

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
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);

  async function act() {
    setBusy(true);
    setError(null);
    try {
      await remove(message);
      onDone();
    } catch (thrown) {
      setError(sentenceFor(thrown));
      setOver(isFinal(thrown));
      setBusy(false);
    }
  }

  const text = plainText(message.content, LONGEST);
  return (
    <Dialog
      open
      title={sender === null ? 'Delete this message?' : `Delete ${isolate(sender)}’s message?`}
      description="It is deleted for everybody. A line stays that says so."
      onClose={onClose}
    >
      {text ? (
        <blockquote
          className="mx-5 mb-3 line-clamp-3 border-s-[3px] border-line ps-3 text-second text-ink-2"
          dir="auto"
        >
          {text}
        </blockquote>
      ) : null}
      {error ? (
        <div className="px-5 pb-2">
          <Alert>{error}</Alert>
        </div>
      ) : null}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        {isOver ? null : (
          <Button kind="danger" busy={busy} onClick={() => void act()}>
            Delete
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}
