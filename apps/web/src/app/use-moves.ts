import type { ConversationListItem } from '@parley/protocol';
import { useEffect } from 'react';
import { neighbourOf, nextUnread } from '../features/conversations/neighbours.js';
import { useFolded } from '../features/conversations/use-folded.js';
import { isUnread, settingsOf } from '../hooks/own-settings.js';
import { settingsStore } from '../hooks/own-settings.store.js';
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
      const [items, step] = [[...pinned, ...active], key === 'ArrowUp' ? -1 : 1] as const;
      const next = shiftKey ? nextUnread(items, open, step, isUnreadNow) : neighbourOf(items, open, step);
      return () => next && openConversation(next.id);
    }

    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [pinned, active, open, openConversation, openDialog]);
}

/** As the list shows it: what I have marked is unread, what is muted is not. */
function isUnreadNow(item: ConversationListItem): boolean {
  const { known, now } = settingsStore.getState();
  return isUnread(item, settingsOf(item, known, now));
}
