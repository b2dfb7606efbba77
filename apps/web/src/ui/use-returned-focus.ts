import { useState } from 'react';

/** What had the focus last outside of dialogs: a dialog may be gone before the one that was opened from it. */
let lastOutside: HTMLElement | null = null;

/**
 * The handler for a dialog's end: the focus goes back to where it was when the dialog was opened, unless something else
 * has taken it. The library returns it to its own trigger only, which these dialogs do not have.
 */
export function useReturnedFocus(): (event: Event) => void {
  const focusOpener = useOpener();
  return (event) => {
    event.preventDefault();
    if (document.activeElement === document.body) focusOpener();
  };
}

/** Returns a function that moves the focus to where it was before the caller was drawn first. */
export function useOpener(): () => void {
  const [openers] = useState(openersNow);
  return () => openers.find((opener) => opener?.isConnected)?.focus();
}

function openersNow(): readonly (HTMLElement | null)[] {
  const opener = openerOf(document.activeElement);
  if (!opener?.closest('[role="dialog"]')) lastOutside = opener;
  return [opener, lastOutside];
}

/** A menu is gone by then: its button takes the focus. */
function openerOf(element: Element | null): HTMLElement | null {
  const menu = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  if (menu) return document.getElementById(menu);
  return element instanceof HTMLElement ? element : null;
}
