import { type RefObject, useLayoutEffect, useRef } from 'react';
import { Button } from './button.js';

interface TryAgainProps {
  kind?: 'primary' | 'quiet';
  onRetry: () => void;
}

/**
 * Tries again what has failed. It goes when that begins: where it has the focus then, what is around it and stays takes it,
 * which is marked by `tabIndex={-1}`.
 */
export function TryAgain({ kind = 'quiet', onRetry }: TryAgainProps) {
  return (
    <Button ref={useLeftFocus()} kind={kind} onClick={onRetry}>
      Try again
    </Button>
  );
}

function useLeftFocus(): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const element = button.current;
    return () => {
      if (element !== document.activeElement) return;
      element?.closest<HTMLElement>('[tabindex="-1"]')?.focus({ preventScroll: true });
    };
  }, []);
  return button;
}
