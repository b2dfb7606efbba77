/**
 * One at a time in all tabs, where the browser has locks (it has none for pages without TLS, and refuses them to pages
 * that may store nothing): twice is harmless, because the id is the same, and only costs the way.
 */
export async function withLock<T>(clientUploadId: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  let acting: Promise<T> | undefined;
  const begin = () => {
    acting = act();
    return acting;
  };
  await locks?.request(`parley upload ${clientUploadId}`, { signal }, begin).catch(() => undefined);
  signal.throwIfAborted();
  return acting ?? act();
}
