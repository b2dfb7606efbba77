/** A browser's events of page and network; other runtimes have none. */
export interface PageSignals {
  /** The network returned, or the page is looked at again (a machine that woke up, too). */
  onWake: () => void;
  /** The page is no longer looked at, and may be ended without another word. */
  onHide: () => void;
  /**
   * The page stops running, for good or until `onWake`. A page that Chromium keeps in its back/forward cache goes on
   * answering pings of a socket that it left open.
   */
  onFreeze?: () => void;
  /** Nobody has touched keyboard, mouse or screen for five minutes, or somebody does again, or looks at the page. */
  onIdle?: (isIdle: boolean) => void;
}

const IDLE_AFTER_MS = 5 * 60_000;
const LOOK_MS = 10_000;
const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'];

/** Returns the unsubscribe function. */
export function listenToPage({ onWake, onHide, onFreeze, onIdle }: PageSignals): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const listening = new AbortController();
  const { signal } = listening;
  const look = () => {
    if (document.visibilityState === 'visible') onWake();
    else onHide();
  };
  const leave = () => {
    onHide();
    onFreeze?.();
  };
  window.addEventListener('online', onWake, { signal });
  document.addEventListener('visibilitychange', look, { signal });
  // A page that is reloaded or left need not become invisible first, nor visible when one comes back to it.
  window.addEventListener('pagehide', leave, { signal });
  window.addEventListener('pageshow', look, { signal });
  document.addEventListener('freeze', leave, { signal });
  document.addEventListener('resume', onWake, { signal });
  if (onIdle) watchInput(onIdle, signal);
  return () => listening.abort();
}

function watchInput(onIdle: (isIdle: boolean) => void, signal: AbortSignal): void {
  let touchedAt = Date.now();
  let isIdle = false;
  const set = (next: boolean) => {
    if (next === isIdle) return;
    isIdle = next;
    onIdle(next);
  };
  const touch = () => {
    touchedAt = Date.now();
    set(false);
  };
  for (const name of INPUTS) window.addEventListener(name, touch, { signal, capture: true, passive: true });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && touch(), { signal });
  // The clock is asked and not the timer: a machine that sleeps runs none.
  const timer = setInterval(() => set(Date.now() - touchedAt >= IDLE_AFTER_MS), LOOK_MS);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    // The next watcher begins with somebody there.
    set(false);
  });
}
