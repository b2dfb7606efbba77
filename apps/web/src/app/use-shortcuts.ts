import { useEffect } from 'react';
import { useRoute } from 'wouter';
import { IS_APPLE } from '../hooks/platform.js';
import { useHasSearch } from '../hooks/use-has-search.js';
import { useView } from '../hooks/use-view.js';

/**
 * Ctrl+K goes anywhere, Ctrl+F searches the open conversation, or all of them; on Apple's devices it is Cmd. Neither
 * does anything while a dialog is open, apart from closing the palette.
 */
export function useShortcuts(): void {
  const { dialog, panel, openDialog, closeDialog, togglePanel, openSearch } = useView();
  const hasSearch = useHasSearch();
  const [isConversation] = useRoute('/c/:id/*?');
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (!isShortcut(event) || (dialog !== 'go-to' && isDialogOpen())) return;
      const letter = letterOf(event);
      if (letter === 'k') {
        event.preventDefault();
        if (dialog === 'go-to') closeDialog();
        else openDialog('go-to');
      }
      // In the field of the search itself the keys find in the page, as everywhere else.
      if (letter !== 'f' || !hasSearch || isDialogOpen() || isSearchField(document.activeElement)) return;
      event.preventDefault();
      if (!isConversation) openSearch('');
      else if (panel === 'search') focusSearch();
      else togglePanel('search');
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [dialog, panel, hasSearch, isConversation, openDialog, closeDialog, togglePanel, openSearch]);
}

function isShortcut({ ctrlKey, metaKey, altKey, shiftKey, isComposing }: KeyboardEvent): boolean {
  if (altKey || shiftKey || isComposing) return false;
  return IS_APPLE ? metaKey && !ctrlKey : ctrlKey && !metaKey;
}

/** The letter on the key; where the layout has none of ours, the one that stands there on others. */
function letterOf({ key, code }: KeyboardEvent): string {
  const letter = key.toLowerCase();
  return /^[a-z]$/.test(letter) ? letter : code.replace('Key', '').toLowerCase();
}

function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"]') !== null;
}

function isSearchField(element: Element | null): boolean {
  return element instanceof HTMLInputElement && element.type === 'search';
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
}
