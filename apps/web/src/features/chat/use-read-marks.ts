import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { isWatching, onWatching } from '../../hooks/use-focused-window.js';
import { useSocket } from '../../hooks/use-socket.js';
import { change, conversation } from './chat.store.js';
import { createReadTracker, type ReadTracker } from './read-tracker.js';
import type { Row } from './rows.js';
import { withUnread } from './unread.js';

/**
 * Moves my read mark while the tab is visible and has the focus. `seen` answers the seq of the lowest row in view, 0
 * for none. Answers what to call when something came into view.
 */
export function useReadMarks(conversationId: string, rows: readonly Row[], seen: () => number): () => void {
  const { markAsRead } = useSocket();
  const eyes = useRef(seen);
  const tracker = useRef<ReadTracker | null>(null);
  useLayoutEffect(() => {
    eyes.current = seen;
  });

  useEffect(() => {
    const made = createReadTracker({
      seen: () => eyes.current(),
      watching: () => isWatching() && conversation(conversationId)?.gone === null,
      marked: () => conversation(conversationId)?.item.lastReadSeq ?? 0,
      mark: async (seq) => {
        const answer = await markAsRead(conversationId, seq);
        change(conversationId, (state) => withUnread(state, answer));
      },
    });
    tracker.current = made;
    const stopWatching = onWatching(() => (isWatching() ? made.look() : made.flush()));
    return () => {
      stopWatching();
      made.stop();
    };
  }, [conversationId, markAsRead]);

  useEffect(() => {
    if (rows.length > 0) tracker.current?.look();
  }, [rows]);

  return useCallback(() => tracker.current?.look(), []);
}
