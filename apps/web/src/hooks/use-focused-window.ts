import { useSyncExternalStore } from 'react';

/** Whether the reader can be looking: the tab is visible and the window has the focus. */
export function isWatching(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

/** Calls back when `isWatching` may have changed. Returns a function that stops that. */
export function onWatching(listener: () => void): () => void {
  addEventListener('focus', listener);
  addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    removeEventListener('focus', listener);
    removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}

export function useFocusedWindow(): boolean {
  return useSyncExternalStore(onWatching, isWatching);
}
