/**
 * One at a time in all tabs, where the browser has locks (it has none for pages without TLS): twice is harmless, because
 * the id is the same, and only costs the way.
 */
export function withLock<T>(clientUploadId: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  return locks ? locks.request(`parley upload ${clientUploadId}`, { signal }, act) : act();
}
