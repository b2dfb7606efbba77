/** A value that changes, as `useSyncExternalStore` and any other reader want it: the same object until it changed. */
export interface Subscribable<T> {
  getSnapshot(): T;
  /** Calls the listener after each change. Returns how to stop. */
  subscribe(listener: () => void): () => void;
}
