import { SdkError } from '@parley/client';
import { createStore } from 'zustand/vanilla';

/**
 * Faults of the program itself, which are never shown as a lost connection. `fatal`: the part that failed is needed to
 * show anything.
 */
interface FaultState {
  seen: 'none' | 'some' | 'fatal';
}

export const faultStore = createStore<FaultState>(() => ({ seen: 'none' }));

/** The app cannot go on. */
export function reportFault(fault: unknown): void {
  // For whoever looks into it: the error is shown nowhere else.
  globalThis.reportError(fault);
  faultStore.setState({ seen: 'fatal' });
}

export function dismissFault(): void {
  faultStore.setState({ seen: 'none' });
}

/** Reports uncaught errors of this page's own code. */
export function watchFaults(): void {
  addEventListener('error', ({ filename, error }) => {
    // Errors of extensions are not ours, and a browser's own notices ("ResizeObserver loop…") have no error object.
    if (error && filename.startsWith(`${location.origin}/`)) note();
  });
  addEventListener('unhandledrejection', ({ reason }) => {
    if (reason instanceof Error && !(reason instanceof SdkError) && reason.name !== 'AbortError') note();
  });
}

function note(): void {
  if (faultStore.getState().seen === 'none') faultStore.setState({ seen: 'some' });
}
