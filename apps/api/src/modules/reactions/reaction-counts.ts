import { LIMITS, type ReactionCount } from '@parley/protocol';

/** With one more of this emoji: at its place, or as the newest kind; null where there would be too many kinds. */
export function withOneMore(counts: readonly ReactionCount[], emoji: string): ReactionCount[] | null {
  if (counts.some((each) => each.emoji === emoji)) {
    return counts.map((each) => (each.emoji === emoji ? { emoji, count: each.count + 1 } : each));
  }
  return counts.length < LIMITS.reactionKinds ? [...counts, { emoji, count: 1 }] : null;
}

/** With one less of this emoji; a count that reaches zero is removed. */
export function withOneLess(counts: readonly ReactionCount[], emoji: string): ReactionCount[] {
  return counts.flatMap((each) => {
    if (each.emoji !== emoji) return each;
    return each.count > 1 ? { emoji, count: each.count - 1 } : [];
  });
}
