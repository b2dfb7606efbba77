import { useEffect } from 'react';
import { neighbourOf, nextUnread } from '../features/conversations/neighbours.js';
import { useFolded } from '../features/conversations/use-folded.js';
import { useView } from '../hooks/use-view.js';
import { moveRegion } from './regions.js';

/**
 * Alt with an arrow leads to the conversation above or below, with Shift to the next one that is unread. F6 leads from
 * region to region, Ctrl+/ to the list of keys. None of them does anything while a dialog is open.
 */
export function useMoves(): void {
  const { openConversation, openDialog } = useView();
  const { pinned, active, open } = useFolded();
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.isComposing || event.defaultPrevented || document.querySelector('[role="dialog"]')) return;
      const act = actionOf(event);
      if (!act) return;
      event.preventDefault();
      act();
    }

    function actionOf({ key, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): (() => void) | null {
      const hasCommand = ctrlKey || metaKey;
      if (key === 'F6' && !altKey && !hasCommand) return () => moveRegion(shiftKey ? -1 : 1);
      if (key === '/' && hasCommand && !altKey) return () => openDialog('keys');
      if (!altKey || hasCommand || (key !== 'ArrowUp' && key !== 'ArrowDown')) return null;
      const next = (shiftKey ? nextUnread : neighbourOf)([...pinned, ...active], open, key === 'ArrowUp' ? -1 : 1);
      return () => next && openConversation(next.id);
    }

    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [pinned, active, open, openConversation, openDialog]);
}
