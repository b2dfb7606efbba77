import type { ConversationView, MessageItem } from '@parley/client';
import { useChatClient, useChatEvent } from '@parley/react';
import { useCallback, useState } from 'react';
import { isWatching } from '../../../hooks/use-focused-window.js';

interface Options {
  view: ConversationView;
  items: readonly MessageItem[];
  me: string;
  /** From where on I had marked it as unread. */
  markedAt: number | null;
}

/**
 * The seq above which the "new messages" line is drawn, and how to remove the line. It is set when the conversation is
 * opened with unread messages or when some arrive out of the reader's sight, and goes with the reader's next send.
 */
export function useNewDivider({ view, items, me, markedAt }: Options): [newFrom: number | null, clear: () => void] {
  const { id } = view;
  const client = useChatClient();
  const [newFrom, setNewFrom] = useState(() => markedAt ?? firstUnread(view, items, me));
  useChatEvent('message:new', ({ conversationId, message }) => {
    if (conversationId !== id || isWatching() || message.senderId === me || message.type === 'system') return;
    const read = client.conversation(id).getSnapshot()?.lastReadSeq ?? 0;
    setNewFrom((now) => (now !== null && now > read ? now : message.seq));
  });
  return [newFrom, useCallback(() => setNewFrom(null), [])];
}

function firstUnread(view: ConversationView, items: readonly MessageItem[], me: string): number | null {
  if (view.unreadCount === 0) return null;
  for (const item of items) {
    if (item.kind !== 'stored') continue;
    const { seq, senderId, type } = item.message;
    if (seq > view.lastReadSeq && senderId !== me && type !== 'system') return seq;
  }
  return null;
}
