import type { OwnChange } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { reactionRefusal } from './reaction-refusals.js';

export interface Reactions {
  /** Why the latest one was refused. */
  refusal: string | null;
  dismiss: () => void;
  toggle: (emoji: string) => void;
}

/** My reactions to a message. `own`: what became of them so far. */
export function useReactions({ id, reactions }: Message, { reactionFailure }: OwnChange): Reactions {
  const client = useChatClient();
  return {
    refusal: reactionFailure && reactionRefusal(reactionFailure),
    dismiss: () => client.dismissReaction(id),
    toggle: (emoji) => {
      const isMine = reactions.some((reaction) => reaction.emoji === emoji && reaction.reactedByMe);
      // The refusal is shown with the message.
      (isMine ? client.unreact(id, emoji) : client.react(id, emoji)).catch(() => undefined);
    },
  };
}
