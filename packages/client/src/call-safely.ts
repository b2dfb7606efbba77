/** Calls a listener that is not ours: what it throws harms nobody here and is raised as an uncaught error of its own. */
export function callSafely<Args extends unknown[]>(listener: (...args: Args) => void, ...args: Args): void {
  try {
    listener(...args);
  } catch (fault) {
    queueMicrotask(() => {
      throw fault;
    });
  }
}
