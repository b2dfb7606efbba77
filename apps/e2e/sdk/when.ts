import type { Subscribable } from '@parley/client';

const TIMEOUT_MS = 30_000;

/** The first snapshot for which `matches` holds, present or yet to come. */
export function when<T>(value: Subscribable<T>, matches: (snapshot: T) => boolean, timeoutMs = TIMEOUT_MS): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const look = () => {
    const snapshot = value.getSnapshot();
    if (matches(snapshot)) resolve(snapshot);
  };
  const timer = setTimeout(
    () => reject(new Error(`It never came. Last: ${JSON.stringify(value.getSnapshot())?.slice(0, 2_000)}`)),
    timeoutMs,
  );
  const stop = value.subscribe(look);
  look();
  return promise.finally(() => {
    clearTimeout(timer);
    stop();
  });
}
