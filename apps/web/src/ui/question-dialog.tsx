import type { ReactNode } from 'react';
import { useCommand } from '../hooks/use-command.js';
import { Button } from './button.js';
import { CommandActions, Dialog } from './dialog.js';

interface QuestionDialogProps {
  title: string;
  /** What the button says that answers yes. */
  verb: string;
  danger?: boolean;
  /** What `forbidden` and `conflict` mean for this action. */
  refused?: string;
  /** The text that it is about. */
  quote?: string;
  /** What is asked beside. */
  fields?: ReactNode;
  act: () => Promise<void>;
  onClose: () => void;
  /** Called instead of `onClose` when `act` has succeeded. */
  onDone?: () => void;
  /** What the action means. */
  children: ReactNode;
}

/** Asks before it does something, and says why where that is refused. */
export function QuestionDialog(props: QuestionDialogProps) {
  const { title, verb, danger = false, refused, quote, fields, act, onClose, onDone = onClose, children } = props;
  const { run, busy, error, isOver } = useCommand(onDone, refused);
  return (
    <Dialog open title={title} description={children} onClose={onClose}>
      {quote ? (
        <blockquote
          className="mx-5 mb-3 line-clamp-3 border-s-[3px] border-line ps-3 text-second text-ink-2"
          dir="auto"
        >
          {quote}
        </blockquote>
      ) : null}
      {fields}
      <CommandActions error={error} onCancel={onClose}>
        {isOver ? null : (
          <Button kind={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void run(act)}>
            {verb}
          </Button>
        )}
      </CommandActions>
    </Dialog>
  );
}
