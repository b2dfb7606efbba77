import type { MessageItem } from '@parley/client';
import { useChatClient } from '@parley/react';
import { useCallback, useState } from 'react';

/**
 * The message that the list scrolls to. Each jump is an object of its own, so that the same message can be one twice.
 */
export interface Target {
  /** `Infinity`: the end. */
  seq: number;
}

export interface Jump {
  target: Target | null;
  /** Jumps to a message, and loads it first where it is not loaded. */
  go: (seq: number) => Promise<void>;
  toLatest: () => Promise<void>;
}

/** Loads the messages around a target, then scrolls to it. `first`: the message to begin at, if any. */
export function useJump(conversationId: string, first: number | null): Jump {
  const client = useChatClient();
  const [target, setTarget] = useState<Target | null>(() => (first === null ? null : { seq: first }));
  return {
    target,
    go: useCallback(
      async (seq) => {
        const list = client.messages(conversationId);
        if (!covers(list.getSnapshot().items, seq)) await list.jumpTo(seq);
        // Where it could not be loaded, the list shows why.
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
