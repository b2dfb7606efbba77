import { SdkError } from './sdk-error.js';

/** Calls a listener of the application: what it throws becomes an uncaught error and does not reach the caller. */
export function callSafely<Args extends unknown[]>(listener: (...args: Args) => void, ...args: Args): void {
  try {
    listener(...args);
  } catch (fault) {
    raise(fault);
  }
}

/** As an uncaught error of its own, for the page's or the process's error handlers. */
export function raise(fault: unknown): void {
  queueMicrotask(() => {
    throw fault;
  });
}

/**
 * A fault that is neither a refusal nor a missing answer is a defect of this package, and must not be taken for either.
 */
export function raiseDefect(fault: unknown): void {
  if (!(fault instanceof SdkError)) raise(fault);
}

const DEFECT = /is not a (function|constructor)/;

/** Whether something foreign failed by a fault of a program. By its text: without a network `fetch` rejects with `TypeError`, too. */
export function isDefect(fault: unknown): boolean {
  return fault instanceof ReferenceError || (fault instanceof TypeError && DEFECT.test(fault.message));
}
