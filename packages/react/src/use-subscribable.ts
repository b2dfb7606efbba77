import type { Subscribable } from '@parley/client';
import { useCallback, useSyncExternalStore } from 'react';

/** The present value; renders again only when it becomes another one. */
export function useSubscribable<T>(source: Subscribable<T>): T {
  return useSelected(source, whole);
}

/** A part of the present value; renders again only when that part becomes another one. `select` has to be stable. */
export function useSelected<T, Part>(source: Subscribable<T>, select: (value: T) => Part): Part {
  const subscribe = useCallback((listener: () => void) => source.subscribe(listener), [source]);
  const read = useCallback(() => select(source.getSnapshot()), [source, select]);
  return useSyncExternalStore(subscribe, read, read);
}

function whole<T>(value: T): T {
  return value;
}
