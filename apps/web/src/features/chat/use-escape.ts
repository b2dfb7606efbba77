import { type RefObject, useEffect, useRef } from 'react';
import { isComposing } from '../../ui/composing.js';

/** Calls back on Escape in the composer, or where nothing has the focus, unless that has closed something else. */
export function useEscape(input: RefObject<HTMLTextAreaElement | null>, act: () => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const { activeElement, body } = document;
      if (event.key !== 'Escape' || event.defaultPrevented || isComposing({ nativeEvent: event })) return;
      if (activeElement !== body && activeElement !== input.current) return;
      if (document.querySelector('[role="dialog"], [role="menu"]')) return;
      event.preventDefault();
      latest.current();
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [input]);
}
