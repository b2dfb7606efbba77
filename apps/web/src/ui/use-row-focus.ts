import { type RefObject, useLayoutEffect, useRef } from 'react';

/** For a button in a message that goes by itself, with a state: where it has the focus then, the message takes it. */
export function useRowFocus(): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const element = button.current;
    return () => {
      if (element === document.activeElement) element?.closest('article')?.focus({ preventScroll: true });
    };
  }, []);
  return button;
}
