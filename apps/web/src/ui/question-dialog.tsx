import type { FormEvent, ReactNode } from 'react';
import { useCommand } from '../hooks/use-command.js';
import { Button } from './button.js';
import { CommandActions, Dialog } from './dialog.js';

interface QuestionProps {
  /** What the button says that answers yes. */
  verb: string;
  danger?: boolean;
  /** Whether all is chosen that has to be. */
  isComplete?: boolean;
  /** What `forbidden` and `conflict` mean for this action. */
  refused?: string;
  act: () => Promise<void>;
  onClose: () => void;
  /** Called instead of `onClose` when `act` has succeeded. */
  onDone?: () => void;
  /** What is asked beside. */
  children?: ReactNode;
}

interface QuestionDialogProps extends QuestionProps {
  title: string;
  /** The text that it is about. */
  quote?: string;
  fields?: ReactNode;
}

/** Asks before it does something, and says why where that is refused. `children`: what the action means. */
export function QuestionDialog({ title, quote, fields, children, ...question }: QuestionDialogProps) {
  return (
    <Dialog open title={title} description={children} onClose={question.onClose}>
      {quote ? (
        <blockquote
          className="mx-5 mb-3 line-clamp-3 border-s-[3px] border-line ps-3 text-second text-ink-2"
          dir="auto"
        >
          {quote}
        </blockquote>
      ) : null}
      <Question {...question}>{fields}</Question>
    </Dialog>
  );
}

/** The form of a question: its fields, why the action was refused, and the buttons. */
export function Question(props: QuestionProps) {
  const { verb, danger = false, isComplete = true, refused, act, onClose, onDone = onClose, children } = props;
  const { run, busy, error, isOver } = useCommand(onDone, refused);
  return (
    <form
      className="flex min-h-0 flex-col overflow-y-auto"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void run(act);
      }}
    >
      {children}
      <CommandActions error={error} onCancel={onClose}>
        {isOver ? null : (
          <Button kind={danger ? 'danger' : 'primary'} type="submit" busy={busy} disabled={!isComplete}>
            {verb}
          </Button>
        )}
      </CommandActions>
    </form>
  );
}
