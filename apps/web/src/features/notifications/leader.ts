/** One tab of a person's at a time holds it, until it is closed or stops; then another one does. */
export function holdLead(userId: string): { isLeader: () => boolean; stop: () => void } {
  let leads = false;
  const stopping = new AbortController();
  const held = new Promise<void>((release) => stopping.signal.addEventListener('abort', () => release()));
  navigator.locks
    .request(`parley-notifier-${userId}`, { signal: stopping.signal }, () => {
      leads = true;
      return held;
    })
    .catch(() => undefined);
  return {
    isLeader: () => leads,
    stop: () => {
      leads = false;
      stopping.abort();
    },
  };
}
