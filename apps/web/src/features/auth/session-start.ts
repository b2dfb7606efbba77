import { backOff, listenToPage, SdkError } from '@parley/client';
import { reportFault } from '../faults/faults.store.js';
import { authStore, restore } from './auth.store.js';

let failures = 0;
let isAsking = false;
/** Whether the network or the page changed during a request, whose failure then says nothing about the new state. */
let isWoken = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Finds out who is signed in. Until the server has answered, the request is repeated as the SDK does it: 1 to 30 s
 * apart, and at once when the network returns or the page becomes visible. Returns a function that stops that.
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
    if (!(thrown instanceof SdkError)) return reportFault(thrown);
    failures += 1;
    timer = setTimeout(() => void ask(), Math.max(backOff(failures), thrown.retryAfterMs ?? 0));
  }
}
