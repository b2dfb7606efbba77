import { classes } from '../../ui/classes.js';

interface RetryButtonProps {
  /** Of its text. */
  className: string;
  tabStop: boolean;
  onRetry: () => void;
}

/** In place of a file that could not be loaded. */
export function RetryButton({ className, tabStop, onRetry }: RetryButtonProps) {
  return (
    <button
      type="button"
      className={classes('rounded-inline px-1.5 py-1 font-medium text-accent hover:underline', className)}
      tabIndex={tabStop ? 0 : -1}
      onClick={(event) => {
        // The button goes: the focus stays with the message.
        event.currentTarget.closest('article')?.focus();
        onRetry();
      }}
    >
      Try again
    </button>
  );
}
