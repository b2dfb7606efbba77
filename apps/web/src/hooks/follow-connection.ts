import type { ParleyClient } from '@parley/client';

interface Callbacks {
  /** Called at once where the client is online already. */
  online: () => void;
  offline?: () => void;
}

/** Calls back each time that the client comes online, or is no more. Returns how to stop. */
export function followConnection(client: ParleyClient, { online, offline }: Callbacks): () => void {
  let wasOnline = false;
  const look = () => {
    const isOnline = client.connection.getSnapshot().state === 'online';
    if (isOnline === wasOnline) return;
    wasOnline = isOnline;
    if (isOnline) online();
    else offline?.();
  };
  const stop = client.connection.subscribe(look);
  look();
  return stop;
}
