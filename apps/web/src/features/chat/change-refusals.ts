import { SdkError } from '@parley/client';
import { LIMITS } from '@parley/protocol';
import { sentenceFor } from '../../api/sentences.js';

/** Why a change of a message was refused: what the codes mean here, as sentences. */

export const TOO_MANY_REACTIONS = `A message can have ${LIMITS.reactionKinds} different reactions. Take one of those that are there.`;
const DELETED = 'The message was deleted meanwhile.';

export function editRefusal(thrown: unknown): string {
  if (isDeleted(thrown)) return DELETED;
  if (thrown instanceof SdkError && thrown.code === 'forbidden') return 'It is too late to edit this message.';
  return sentenceFor(thrown);
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
