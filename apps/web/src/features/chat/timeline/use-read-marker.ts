import { useChatClient } from '@parley/react';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { isWatching, onWatching } from '../../../hooks/use-focused-window.js';
import { useSocket } from '../../../hooks/use-socket.js';
import type { Row } from '../message/row.js';
import { createReadTracker, type ReadTracker } from './read-tracker.js';

/**
 * Moves my read marker while the tab is visible and has the focus. `seen` returns the seq of the lowest row in view, 0
 * for none. Returns what the caller calls when the view may have changed.
 */
export function useReadMarker(conversationId: string, rows: readonly Row[], seen: () => number): () => void {
  const client = useChatClient();
  const { markAsRead } = useSocket();
  const latestSeen = useRef(seen);
  const tracker = useRef<ReadTracker | null>(null);
  useLayoutEffect(() => {
    latestSeen.current = seen;
  });

  useEffect(() => {
    const made = createReadTracker({
      seen: () => latestSeen.current(),
      watching: isWatching,
      moveMarker: (seq) => markAsRead(conversationId, seq),
    });
    tracker.current = made;
    // The marker is sent at once when the window loses the focus.
    const stopWatching = onWatching(() => (isWatching() ? made.look() : void client.flush()));
    return () => {
      stopWatching();
      made.stop();
      void client.flush();
    };
  }, [client, conversationId, markAsRead]);

  useEffect(() => {
    if (rows.length > 0) tracker.current?.look();
  }, [rows]);

  return useCallback(() => tracker.current?.look(), []);
}
