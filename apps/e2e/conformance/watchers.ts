/** How long anything may take before a behaviour is called missing. */
export const TIMEOUT_MS = 15_000;

/** Promises that wait for events of a socket. */
export class Watchers {
  private readonly looking = new Set<() => void>();

  wake(): void {
    for (const look of this.looking) look();
  }

  /** Resolves with what `find` gives, as soon as that is something; rejects with `what` after the timeout. */
  until<T>(what: () => string, find: () => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = () => {
      const found = find();
      if (found !== undefined) resolve(found);
    };
    const timer = setTimeout(() => reject(new Error(`Waited in vain until ${what()}.`)), TIMEOUT_MS);
    this.looking.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.looking.delete(look);
    });
  }
}
