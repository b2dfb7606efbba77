import { SdkError } from '@parley/client';
import { DELETED, isConflictOf } from '../../../../api/conflicts.js';
import { isFinal, SILENCED, sentenceFor } from '../../../../api/sentences.js';

/**
 * What the writer can do. `again`: retry the same text. `other`: change the text. `changed`: choose between it and the
 * text that the message has now. `never`: this message cannot be edited any more.
 */
type Remedy = 'again' | 'other' | 'changed' | 'never';

export interface EditRefusal {
  sentence: string;
  remedy: Remedy;
}

export const CHANGED = 'The message was edited elsewhere meanwhile.';
const TOO_LATE = 'It is too late to edit this message.';

export function editRefusal(thrown: unknown): EditRefusal {
  if (isConflictOf(thrown, 'ifVersion')) return { sentence: CHANGED, remedy: 'changed' };
  if (isConflictOf(thrown, 'message')) return { sentence: DELETED, remedy: 'never' };
  const code = thrown instanceof SdkError ? thrown.code : null;
  if (code === 'forbidden' && (thrown as SdkError).retryAfterMs !== undefined)
    return { sentence: SILENCED, remedy: 'again' };
  if (code === 'forbidden') return { sentence: TOO_LATE, remedy: 'never' };
  if (!isFinal(thrown)) return { sentence: sentenceFor(thrown), remedy: 'again' };
  const isOfText = code === 'validation_failed' || code === 'content_too_long' || code === 'too_large';
  return { sentence: sentenceFor(thrown), remedy: isOfText ? 'other' : 'never' };
}
