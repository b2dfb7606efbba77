import { useChatClient, useConnection } from '@parley/react';
import { useMemo } from 'react';

/** The app's one connection and what is sent through it. */
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
