import { cutBetweenGraphemes } from '@parley/protocol';
import { type ChangeEvent, type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { classes } from './classes.js';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** Why the value is refused, as a sentence. */
  error?: string | null;
  hint?: ReactNode;
  /** Drawn at the end of the label's line, but after the field in the order of Tab. */
  aside?: ReactNode;
}

const INPUT =
  'h-10 w-full rounded-control border border-edge bg-raised px-3 text-body text-ink placeholder:text-ink-3 outline-none focus-visible:border-accent focus-visible:ring-1 focus-visible:ring-accent aria-invalid:border-danger aria-invalid:focus-visible:ring-danger max-[720px]:h-11 max-[720px]:text-[16px]';

export function Field({ label, error, hint, aside, className, maxLength, onChange, ...rest }: FieldProps) {
  const id = useId();
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={classes('relative', className)}>
      <label htmlFor={id} className="mb-1 block text-second font-medium text-ink-2">
        {label}
      </label>
      <input
        id={id}
        dir="auto"
        {...rest}
        onChange={(event) => {
          if (maxLength !== undefined) keepWithin(event, maxLength);
          onChange?.(event);
        }}
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        className={INPUT}
      />
      {aside ? <div className="absolute end-0 top-0 flex">{aside}</div> : null}
      {error ? (
        <p id={`${id}-error`} className="mt-1 text-second text-danger">
          {error}
        </p>
      ) : hint ? (
        <p id={`${id}-hint`} className="mt-1 text-second text-ink-3">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

/** Limits the length between graphemes: `maxLength` would cut an emoji in half. */
function keepWithin({ target, nativeEvent }: ChangeEvent<HTMLInputElement>, length: number): void {
  if ((nativeEvent as InputEvent).isComposing || target.value.length <= length) return;
  target.value = cutBetweenGraphemes(target.value, length);
}

/** Says that something failed; screen readers read it out at once. */
export function Alert({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <p role="alert" className={classes('rounded-control bg-danger-wash px-3 py-2 text-second text-danger', className)}>
      {children}
    </p>
  );
}
