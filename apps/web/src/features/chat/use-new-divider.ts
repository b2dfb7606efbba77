import { useEffect, useRef, useState } from 'react';
import { isWatching } from '../../hooks/use-focused-window.js';
import { conversation } from './chat.store.js';
import type { ConversationState } from './conversation-state.js';
import { onArrival } from './live.js';

/**
 * The seq above which the "new messages" line stands. Set when the conversation is opened with something unread, or
 * when something arrives unseen; it stays while the reader is here and goes with the reader's own send.
 */
export function useNewDivider(state: ConversationState, me: string): number | null {
  const { id } = state.item;
  const [newFrom, setNewFrom] = useState(() => firstUnread(state, me));
  const sends = useRef(state.outbox.length);

  useEffect(() => {
    if (state.outbox.length > sends.current) setNewFrom(null);
    sends.current = state.outbox.length;
  }, [state.outbox.length]);

  useEffect(
    () =>
      onArrival((message) => {
        const unseen = message.conversationId === id && !isWatching();
        if (!unseen || message.senderId === me || message.type === 'system') return;
        const read = conversation(id)?.item.lastReadSeq ?? 0;
        setNewFrom((now) => (now !== null && now > read ? now : message.seq));
      }),
    [id, me],
  );
  return newFrom;
}

function firstUnread({ item, timeline }: ConversationState, me: string): number | null {
  if (item.unreadCount === 0) return null;
  const at = timeline.items.findIndex((message) => {
    return message.seq > item.lastReadSeq && message.senderId !== me && message.type !== 'system';
  });
  // With older ones still to come the first held message is not the first unread one.
  return at > 0 || timeline.olderCursor === null ? (timeline.items[at]?.seq ?? null) : null;
}
