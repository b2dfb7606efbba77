import { useSyncExternalStore } from 'react';

/** Whether the reader can be looking: the tab is visible and the window has the focus. */
export function isWatching(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

/** Calls back when `isWatching` may have changed. Returns a function that stops that. */
export function onWatching(listener: () => void): () => void {
  // Not the listener itself, which may take something else than an event.
  const act = () => listener();
  addEventListener('focus', act);
  addEventListener('blur', act);
  document.addEventListener('visibilitychange', act);
  return () => {
    removeEventListener('focus', act);
    removeEventListener('blur', act);
    document.removeEventListener('visibilitychange', act);
  };
}

export function useFocusedWindow(): boolean {
  return useSyncExternalStore(onWatching, isWatching);
}
