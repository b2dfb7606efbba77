import type { MessageItem } from '@parley/client';
import { useChatClient } from '@parley/react';
import { useCallback, useState } from 'react';

/** Where the list is to go, once it is there. Each request is an object of its own. */
export interface Target {
  /** `Infinity`: the end. */
  seq: number;
}

export interface Jump {
  target: Target | null;
  /** Goes to a message, fetched first where it is not held. */
  go: (seq: number) => Promise<void>;
  toLatest: () => Promise<void>;
}

/** Moves the window over the messages, and then the list within it. `first`: where it begins; null for nowhere special. */
export function useJump(conversationId: string, first: number | null): Jump {
  const client = useChatClient();
  const [target, setTarget] = useState<Target | null>(() => (first === null ? null : { seq: first }));
  return {
    target,
    go: useCallback(
      async (seq) => {
        const list = client.messages(conversationId);
        if (!covers(list.getSnapshot().items, seq)) await list.jumpTo(seq);
        // Why it did not come stands over the list.
        if (covers(list.getSnapshot().items, seq)) setTarget({ seq });
      },
      [client, conversationId],
    ),
    toLatest: useCallback(async () => {
      const list = client.messages(conversationId);
      await list.toLatest();
      if (!list.getSnapshot().hasNewer) setTarget({ seq: Number.POSITIVE_INFINITY });
    }, [client, conversationId]),
  };
}

/** Whether the message with this seq is among them. */
export function covers(items: readonly MessageItem[], seq: number): boolean {
  const stored = items.filter((item) => item.kind === 'stored');
  const [first, last] = [stored[0], stored.at(-1)];
  return first !== undefined && last !== undefined && first.message.seq <= seq && seq <= last.message.seq;
}
