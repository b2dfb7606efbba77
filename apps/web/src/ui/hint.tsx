import { type ButtonHTMLAttributes, type KeyboardEvent, useId, useState } from 'react';
import { classes } from './classes.js';
import { Isolated } from './isolated.js';

interface HintedProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** The text of the bubble; null for none. */
  hint: string | null;
  /** Called when the pointer or the focus comes, so that the hint can be fetched. */
  onHint?: () => void;
  align?: 'start' | 'end';
  /** For the element around button and bubble. */
  boxClassName?: string;
}

/** A button with a bubble that is shown on hover and focus, stays under the pointer, and is closed by Escape. */
export function Hinted({ hint, onHint, align = 'start', boxClassName, children, ...rest }: HintedProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const show = () => {
    setShown(true);
    onHint?.();
  };
  const hide = () => setShown(false);

  function onKeyDown(event: KeyboardEvent<HTMLSpanElement>) {
    if (event.key !== 'Escape' || !shown) return;
    event.stopPropagation();
    hide();
  }

  const open = shown && hint !== null;
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- hears what happens to the button in it
    <span
      className={classes('hinted', boxClassName)}
      onPointerEnter={(event) => {
        if (event.pointerType !== 'touch') show();
      }}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
      onKeyDown={onKeyDown}
    >
      <button type="button" {...rest} aria-describedby={open ? id : undefined}>
        {children}
      </button>
      {open ? (
        <span id={id} role="tooltip" className={classes('hint', align === 'end' && 'hint-end')}>
          <Isolated text={hint} />
        </span>
      ) : null}
    </span>
  );
}
