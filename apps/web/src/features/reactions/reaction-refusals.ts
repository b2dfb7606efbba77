import { LIMITS } from '@parley/protocol';
import { DELETED, isConflictOf } from '../../api/conflicts.js';
import { sentenceFor } from '../../api/sentences.js';

const TOO_MANY_REACTIONS = `A message can have ${LIMITS.reactionKinds} different reactions. Take one of those that are there.`;

/** Why a reaction was refused, as a sentence. */
export function reactionRefusal(thrown: unknown): string {
  if (isConflictOf(thrown, 'message')) return DELETED;
  return isConflictOf(thrown, 'emoji') ? TOO_MANY_REACTIONS : sentenceFor(thrown);
}
