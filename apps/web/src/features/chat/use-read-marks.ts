import { useEffect, useRef } from 'react';
import { isWatching, onWatching } from '../../hooks/use-focused-window.js';
import { useSocket } from '../../hooks/use-socket.js';
import { change, conversation } from './chat.store.js';
import { withUnread } from './unread.js';

/** How long a row has to be in view before it counts as read. */
const DWELL_MS = 300;
/** At most one mark in this time. */
const PAUSE_MS = 1_000;

/**
 * Moves my read mark: only while the tab is visible and has the focus, only to rows that were in view for a moment, at
 * most once a second; what is left goes out when the reader leaves.
 * `seen` answers the seq of the lowest row in view, 0 for none; `pulse` changes whenever it may have changed.
 */
export function useReadMarks(conversationId: string, seen: () => number, pulse: unknown): () => void {
  const { markAsRead } = useSocket();
  const look = useRef(seen);
  look.current = seen;
  const nudge = useRef<() => void>(() => undefined);

  useEffect(() => {
    let candidate = 0;
    let reached = 0;
    let marked = 0;
    let lastAt = 0;
    let dwell: ReturnType<typeof setTimeout> | undefined;
    let later: ReturnType<typeof setTimeout> | undefined;

    const send = () => {
      clearTimeout(later);
      later = undefined;
      if (reached <= Math.max(marked, conversation(conversationId)?.item.lastReadSeq ?? 0)) return;
      marked = reached;
      lastAt = Date.now();
      markAsRead(conversationId, reached).then(
        (answer) => change(conversationId, (state) => withUnread(state, answer)),
        // Lost with the connection, say: looked at again when the list changes.
        () => {
          marked = 0;
        },
      );
    };
    const check = () => {
      dwell = undefined;
      if (!isWatching()) return;
      const now = look.current();
      reached = Math.max(reached, Math.min(candidate, now));
      if (now > candidate) start();
      later ??= setTimeout(send, Math.max(0, lastAt + PAUSE_MS - Date.now()));
    };
    const start = () => {
      if (!isWatching()) return;
      candidate = look.current();
      dwell ??= setTimeout(check, DWELL_MS);
    };
    const stop = onWatching(() => {
      if (isWatching()) start();
      else send();
    });
    nudge.current = start;
    start();
    return () => {
      stop();
      clearTimeout(dwell);
      send();
    };
  }, [conversationId, markAsRead]);

  useEffect(() => {
    nudge.current();
  }, [pulse]);

  return () => nudge.current();
}
