import { SdkError } from '@parley/client';
import { LIMITS } from '@parley/protocol';
import { isFinal, sentenceFor } from '../../../../api/sentences.js';

/** Why a change of a message was refused: what the codes mean here, as sentences. */

/**
 * What can be done about it. `again`: the same may succeed later. `other`: another text may. `changed`: the message has
 * another text by now. `never`: this message takes no text any more.
 */
type Remedy = 'again' | 'other' | 'changed' | 'never';

export interface ChangeRefusal {
  sentence: string;
  remedy: Remedy;
}

export const TOO_MANY_REACTIONS = `A message can have ${LIMITS.reactionKinds} different reactions. Take one of those that are there.`;
export const CHANGED = 'The message was edited elsewhere meanwhile.';
const DELETED = 'The message was deleted meanwhile.';
const TOO_LATE = 'It is too late to edit this message.';

export function editRefusal(thrown: unknown): ChangeRefusal {
  if (isAbout(thrown, 'ifVersion', 'conflict')) return { sentence: CHANGED, remedy: 'changed' };
  if (isDeleted(thrown)) return { sentence: DELETED, remedy: 'never' };
  const code = thrown instanceof SdkError ? thrown.code : null;
  if (code === 'forbidden') return { sentence: TOO_LATE, remedy: 'never' };
  if (!isFinal(thrown)) return { sentence: sentenceFor(thrown), remedy: 'again' };
  const isOfText = code === 'validation_failed' || code === 'content_too_long' || code === 'too_large';
  return { sentence: sentenceFor(thrown), remedy: isOfText ? 'other' : 'never' };
}

export function reactionRefusal(thrown: unknown): string {
  if (isDeleted(thrown)) return DELETED;
  return isAbout(thrown, 'emoji', 'conflict') ? TOO_MANY_REACTIONS : sentenceFor(thrown);
}

function isDeleted(thrown: unknown): boolean {
  return isAbout(thrown, 'message', 'conflict');
}

function isAbout(thrown: unknown, path: string, code: SdkError['code']): boolean {
  if (!(thrown instanceof SdkError) || thrown.code !== code) return false;
  return thrown.details?.some((detail) => detail.path === path) ?? false;
}
