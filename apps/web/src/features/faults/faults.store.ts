import { SdkError } from '@parley/client';
import { createStore } from 'zustand/vanilla';
import { ApiError } from '../../api/http.js';

/**
 * Faults of the program itself, which are never told as a lost connection. `fatal`: without what failed there is nothing
 * to show.
 */
interface FaultState {
  seen: 'none' | 'some' | 'fatal';
}

export const faultStore = createStore<FaultState>(() => ({ seen: 'none' }));

/** The app cannot go on. */
export function reportFault(fault: unknown): void {
  // For whoever looks into it: nothing else tells what it was.
  globalThis.reportError(fault);
  faultStore.setState({ seen: 'fatal' });
}

export function dismissFault(): void {
  faultStore.setState({ seen: 'none' });
}

/** Hears of what nobody caught in this page's own code. */
export function watchFaults(): void {
  addEventListener('error', ({ filename, error }) => {
    // What extensions do is theirs, and a browser's own notices ("ResizeObserver loop…") come without an error.
    if (error && filename.startsWith(`${location.origin}/`)) note();
  });
  addEventListener('unhandledrejection', ({ reason }) => {
    const isAnswer = reason instanceof SdkError || reason instanceof ApiError;
    if (reason instanceof Error && !isAnswer && reason.name !== 'AbortError') note();
  });
}

function note(): void {
  if (faultStore.getState().seen === 'none') faultStore.setState({ seen: 'some' });
}
