import type { ParleyClient } from '@parley/client';
import { LIMITS, type Message, type ReactionCount } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { pendingReactions, refuse, settle, want, wantedOf, withWanted } from './pending-reactions.js';
import { reactionRefusal, TOO_MANY_REACTIONS } from './reaction-refusals.js';

export interface Reactions {
  /** With the pending ones applied. */
  shown: readonly ReactionCount[];
  /** Why the latest one was refused. */
  refusal: string | null;
  dismiss: () => void;
  toggle: (emoji: string) => void;
}

const NOTHING: Readonly<Record<string, boolean>> = {};

/** The reactions to a message, mine shown at once, and why the latest was refused. */
export function useReactions(message: Message): Reactions {
  const client = useChatClient();
  const wanted = useStore(pendingReactions, (state) => state.wanted[message.id] ?? NOTHING);
  const refusal = useStore(pendingReactions, (state) => state.refused[message.id] ?? null);
  const shown = useMemo(() => withWanted(message.reactions, wanted), [message.reactions, wanted]);
  return {
    shown,
    refusal,
    dismiss: () => refuse(message.id, null),
    toggle: (emoji) => {
      const mine = shown.find((reaction) => reaction.emoji === emoji)?.reactedByMe ?? false;
      if (!shown.some((reaction) => reaction.emoji === emoji) && shown.length >= LIMITS.reactionKinds) {
        refuse(message.id, TOO_MANY_REACTIONS);
        return;
      }
      const asking = wantedOf(message.id, emoji) !== null;
      want(message.id, emoji, !mine);
      if (!asking) void ask(client, message, emoji);
    },
  };
}

/**
 * Sends requests until the server has the latest state that I chose: one after the other, so that they cannot overtake.
 */
async function ask(client: ParleyClient, message: Message, emoji: string): Promise<void> {
  try {
    for (let has: boolean | null = null; ; ) {
      const wanted = wantedOf(message.id, emoji);
      if (wanted === null || wanted === has) break;
      await (wanted ? client.react(message.id, emoji) : client.unreact(message.id, emoji));
      has = wanted;
    }
  } catch (thrown) {
    refuse(message.id, reactionRefusal(thrown));
  }
  settle(message.id, emoji);
}
