import { useState } from 'react';

/**
 * The handler for a dialog's end: the focus goes back to where it was when the dialog was opened, unless something else
 * has taken it. The library returns it to its own trigger only, which these dialogs do not have.
 */
export function useReturnedFocus(): (event: Event) => void {
  const [opener] = useState(() => openerOf(document.activeElement));
  return (event) => {
    event.preventDefault();
    if (document.activeElement === document.body && opener?.isConnected) opener.focus();
  };
}

/** A menu is gone by then: its button takes the focus. */
function openerOf(element: Element | null): HTMLElement | null {
  const menu = element?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  if (menu) return document.getElementById(menu);
  return element instanceof HTMLElement ? element : null;
}
