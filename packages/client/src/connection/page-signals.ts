/** A browser's events of page and network; other runtimes have none. */
export interface PageSignals {
  /** The network returned, or the page is looked at again (a machine that woke up, too). */
  onWake: () => void;
  /** The page is no longer looked at, and may be ended without another word. */
  onHide: () => void;
}

/** Returns how to stop listening. */
export function listenToPage({ onWake, onHide }: PageSignals): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const look = () => {
    if (document.visibilityState === 'visible') onWake();
    else onHide();
  };
  window.addEventListener('online', onWake);
  document.addEventListener('visibilitychange', look);
  // A page that is reloaded or left need not become invisible first, nor visible when one comes back to it.
  window.addEventListener('pagehide', onHide);
  window.addEventListener('pageshow', look);
  return () => {
    window.removeEventListener('pagehide', onHide);
    window.removeEventListener('pageshow', look);
    window.removeEventListener('online', onWake);
    document.removeEventListener('visibilitychange', look);
  };
}
