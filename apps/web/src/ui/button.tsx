import type { ButtonHTMLAttributes, MouseEvent, ReactNode, Ref } from 'react';
import { classes } from './classes.js';
import { withoutIsolates } from './isolated.js';

type Kind = 'primary' | 'quiet' | 'danger' | 'plain';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  /** Marked as busy while a request is under way, and does nothing meanwhile; the focus stays. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

const KINDS: Record<Kind, string> = {
  primary:
    'bg-accent text-accent-ink hover:brightness-110 disabled:bg-hover disabled:text-ink-3 aria-disabled:bg-hover aria-disabled:text-ink-3',
  quiet: 'border border-edge text-ink hover:bg-hover disabled:text-ink-3 aria-disabled:text-ink-3',
  danger:
    'bg-danger text-paper hover:brightness-110 disabled:bg-hover disabled:text-ink-3 aria-disabled:bg-hover aria-disabled:text-ink-3',
  plain: 'text-accent hover:bg-hover disabled:text-ink-3 aria-disabled:text-ink-3',
};

export function Button({ kind = 'quiet', busy = false, className, onClick, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      // Not `disabled`, which would take the focus away. Enter in a field of its form clicks it, too.
      onClick={busy ? refuse : onClick}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      className={classes(
        'inline-flex h-9 items-center justify-center gap-2 rounded-control px-3.5 text-body font-medium whitespace-nowrap',
        'transition-colors duration-120 max-[720px]:h-11',
        KINDS[kind],
        className,
      )}
    >
      {children}
    </button>
  );
}

function refuse(event: MouseEvent): void {
  event.preventDefault();
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Its name for screen readers, and its tooltip. */
  label: string;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
}

export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={withoutIsolates(label)}
      title={label}
      {...rest}
      className={classes(
        'inline-flex size-9 flex-none items-center justify-center rounded-control text-ink-2',
        'transition-colors duration-120 hover:bg-hover hover:text-ink aria-expanded:bg-hover aria-pressed:bg-hover',
        'disabled:text-ink-3 disabled:hover:bg-transparent max-[720px]:size-11',
        'aria-disabled:text-ink-3 aria-disabled:hover:bg-transparent',
        className,
      )}
    >
      {children}
    </button>
  );
}
