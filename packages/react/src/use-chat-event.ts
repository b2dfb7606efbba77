import type { EventName, Events } from '@parley/protocol';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { useChatClient } from './chat-provider.js';

/** Calls back for each such event of the server, after the store took it. The listener may be a new one each time. */
export function useChatEvent<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): void {
  const client = useChatClient();
  const latest = useRef(listener);
  useLayoutEffect(() => {
    latest.current = listener;
  });
  useEffect(() => client.on(name, (payload) => latest.current(payload)), [client, name]);
}
