import type { Message, ReactionCount } from '@parley/protocol';
import type { SdkError } from '../sdk-error.js';
import { setNewest } from './bounded.js';

/** My edit of a message that the server has not taken so far. */
export interface PendingEdit {
  readonly content: string;
  /** Why it was refused, or what became of it is unknown; null while it is on its way. */
  readonly failure: SdkError | null;
}

/** What of my changes to one message the server has not confirmed. */
export interface OwnChange {
  readonly edit: PendingEdit | null;
  /** Emoji → whether I add it or take it back. */
  readonly reactions: Readonly<Record<string, boolean>>;
  /** Why the latest reaction was not taken. */
  readonly reactionFailure: SdkError | null;
}

/** Messages with changes remembered. */
const LIMIT = 1_000;

export const UNCHANGED: OwnChange = { edit: null, reactions: {}, reactionFailure: null };

/** Changes of mine by message, with which the rows are shown: the rows themselves are the server's state. */
export class OwnChanges {
  readonly #byMessage = new Map<string, OwnChange>();

  of(messageId: string): OwnChange {
    return this.#byMessage.get(messageId) ?? UNCHANGED;
  }

  set(messageId: string, change: Partial<OwnChange>): void {
    const next = { ...this.of(messageId), ...change };
    const isNone = !next.edit && !next.reactionFailure && Object.keys(next.reactions).length === 0;
    if (isNone) this.#byMessage.delete(messageId);
    else setNewest(this.#byMessage, [messageId, next], LIMIT);
  }
}

/** The message with what is on its way. A deleted one is not changed any more. */
export function withOwnChange(message: Message, { edit, reactions }: OwnChange): Message {
  if (message.isDeleted) return message;
  const content = edit && !edit.failure ? edit.content : message.content;
  return { ...message, content, reactions: withPendingReactions(message.reactions, reactions) };
}

function withPendingReactions(confirmed: readonly ReactionCount[], wanted: OwnChange['reactions']): ReactionCount[] {
  const shown = confirmed.flatMap(({ emoji, count, reactedByMe = false }) => {
    const mine = wanted[emoji] ?? reactedByMe;
    const next = count + Number(mine) - Number(reactedByMe);
    return next > 0 ? [{ emoji, count: next, reactedByMe: mine }] : [];
  });
  const added = Object.keys(wanted).filter((emoji) => {
    return wanted[emoji] === true && !confirmed.some((reaction) => reaction.emoji === emoji);
  });
  return [...shown, ...added.map((emoji) => ({ emoji, count: 1, reactedByMe: true }))];
}
