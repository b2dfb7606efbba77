import { useEffect } from 'react';
import { useRoute } from 'wouter';
import { useHasSearch } from '../hooks/use-has-search.js';
import { useView } from '../hooks/use-view.js';

/** Ctrl or Cmd with K goes anywhere; with F it searches the open conversation, or all of them. */
export function useShortcuts(): void {
  const { dialog, panel, openDialog, closeDialog, togglePanel, openSearch } = useView();
  const hasSearch = useHasSearch();
  const [isConversation] = useRoute('/c/:id/*?');
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.isComposing) return;
      if (event.key === 'k' && (dialog === null || dialog === 'go-to')) {
        event.preventDefault();
        if (dialog === 'go-to') closeDialog();
        else openDialog('go-to');
      }
      // In the field of the search itself the keys find in the page, as everywhere else.
      if (event.key !== 'f' || !hasSearch || dialog !== null || isSearchField(document.activeElement)) return;
      event.preventDefault();
      if (!isConversation) openSearch('');
      else if (panel === 'search') focusSearch();
      else togglePanel('search');
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [dialog, panel, hasSearch, isConversation, openDialog, closeDialog, togglePanel, openSearch]);
}

function isSearchField(element: Element | null): boolean {
  return element instanceof HTMLInputElement && element.type === 'search';
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
}
