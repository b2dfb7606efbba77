import type { MessageItem } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient, useChatEvent, useConnection } from '@parley/react';
import { useEffect, useState } from 'react';
import { fetchMessage } from './details/message-details.js';

/**
 * The present state of a message: from the loaded ones, else fetched, and fetched again after each break of the
 * connection. Null while it is not loaded.
 */
export function useQuotedMessage(id: string | null, items: readonly MessageItem[]): Message | null {
  const client = useChatClient();
  const { state, since } = useConnection();
  const [fetched, setFetched] = useState<Message | null>(null);
  const loaded = id === null ? null : loadedIn(items, id);
  const isMissing = id !== null && loaded === null;
  const connectedSince = state === 'online' ? since : null;
  const follow = ({ message }: { message: Message }) => {
    if (message.id === id) setFetched(message);
  };
  useChatEvent('message:edited', follow);
  useChatEvent('message:deleted', follow);
  useEffect(() => {
    if (!isMissing || connectedSince === null) return;
    let isStale = false;
    const take = (message: Message) => {
      if (!isStale) setFetched((now) => (now?.id === id && now.version > message.version ? now : message));
    };
    // Without it the bar shows only that this is a reply.
    fetchMessage(client, id).then(take, () => undefined);
    return () => {
      isStale = true;
    };
  }, [client, id, isMissing, connectedSince]);
  return loaded ?? (fetched?.id === id ? fetched : null);
}

function loadedIn(items: readonly MessageItem[], id: string): Message | null {
  const item = items.find((each) => each.kind === 'stored' && each.message.id === id);
  return item?.kind === 'stored' ? item.message : null;
}
