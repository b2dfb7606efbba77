import { backOff, listenToPage } from '@parley/client';
import { ApiError } from '../../api/http.js';
import { reportFault } from '../faults/faults.store.js';
import { authStore, restore } from './auth.store.js';

let failures = 0;
let isAsking = false;
/** Whether something changed while it was being asked: an answer that fails then is of before. */
let isWoken = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Finds out who is signed in. Until the server has told, it is asked as the SDK asks later on: 1 to 30 s apart, and at
 * once when the network returns or the page is looked at. Returns how to stop.
 */
export function startSession(): () => void {
  const stopListening = listenToPage({ onWake: askNow, onHide: () => undefined });
  void ask();
  return () => {
    stopListening();
    clearTimeout(timer);
  };
}

export function askNow(): void {
  if (authStore.getState().status !== 'unknown') return;
  isWoken = isAsking;
  void ask();
}

async function ask(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  do {
    isWoken = false;
    clearTimeout(timer);
    await attempt();
  } while (isWoken && authStore.getState().status === 'unknown');
  isAsking = false;
}

async function attempt(): Promise<void> {
  try {
    await restore();
    failures = 0;
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) return reportFault(thrown);
    failures += 1;
    timer = setTimeout(() => void ask(), Math.max(backOff(failures), thrown.refusal.retryAfterMs ?? 0));
  }
}
