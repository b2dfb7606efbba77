import type { ReactionCount } from '@parley/protocol';
import { createStore } from 'zustand/vanilla';

/**
 * Reactions that I added or removed and the server has not confirmed, so that a press shows at once. The store of
 * messages is not changed: it has the confirmed state.
 */
interface PendingReactions {
  /** Message → emoji → whether I added or removed it. */
  wanted: Record<string, Record<string, boolean>>;
  /** Message → why the latest reaction was refused. */
  refused: Record<string, string>;
}

export const pendingReactions = createStore<PendingReactions>(() => ({ wanted: {}, refused: {} }));

export function want(messageId: string, emoji: string, wanted: boolean): void {
  pendingReactions.setState((state) => ({
    wanted: { ...state.wanted, [messageId]: { ...state.wanted[messageId], [emoji]: wanted } },
    refused: without(state.refused, messageId),
  }));
}

/** Whether I added or removed it; null where nothing is pending. */
export function wantedOf(messageId: string, emoji: string): boolean | null {
  return pendingReactions.getState().wanted[messageId]?.[emoji] ?? null;
}

export function settle(messageId: string, emoji: string): void {
  pendingReactions.setState((state) => {
    const rest = without(state.wanted[messageId] ?? {}, emoji);
    const left = Object.keys(rest).length > 0;
    return { wanted: left ? { ...state.wanted, [messageId]: rest } : without(state.wanted, messageId) };
  });
}

/** `sentence` null: dismisses the refusal. */
export function refuse(messageId: string, sentence: string | null): void {
  pendingReactions.setState((state) => ({
    refused: sentence === null ? without(state.refused, messageId) : { ...state.refused, [messageId]: sentence },
  }));
}

/** The reactions with the pending ones applied. */
export function withWanted(
  reactions: readonly ReactionCount[],
  wanted: Readonly<Record<string, boolean>>,
): ReactionCount[] {
  const confirmed = reactions.flatMap((reaction) => {
    const { emoji, count, reactedByMe = false } = reaction;
    const mine = wanted[emoji] ?? reactedByMe;
    const next = count + Number(mine) - Number(reactedByMe);
    return next > 0 ? [{ emoji, count: next, reactedByMe: mine }] : [];
  });
  const added = Object.keys(wanted).filter((emoji) => {
    return wanted[emoji] === true && !reactions.some((reaction) => reaction.emoji === emoji);
  });
  return [...confirmed, ...added.map((emoji) => ({ emoji, count: 1, reactedByMe: true }))];
}

function without<T>(record: Record<string, T>, key: string): Record<string, T> {
  if (!(key in record)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
}
