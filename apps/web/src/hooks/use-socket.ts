import { useChatClient, useConnection } from '@parley/react';
import { useMemo } from 'react';

/** The one connection of the app, and what goes through it. */
export function useSocket() {
  const client = useChatClient();
  const connection = useConnection();
  const commands = useMemo(
    () => ({
      sendMessage: client.send.bind(client),
      markAsRead: client.markRead.bind(client),
      retryNow: client.retryNow.bind(client),
    }),
    [client],
  );
  return { connection, ...commands };
}
