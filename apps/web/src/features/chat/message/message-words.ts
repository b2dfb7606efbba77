import { filesOf, filesWords, type Message } from '@parley/protocol';
import { drawsNothing, plainText } from './plain-text.js';

/**
 * A message in one line where it is not drawn itself: its text without Markdown, else what it carries. Empty where there is
 * neither. `longest`: graphemes.
 */
export function messageWords(message: Pick<Message, 'content' | 'metadata' | 'isDeleted'>, longest: number): string {
  const text = drawsNothing(message.content) ? '' : plainText(message.content, longest);
  return text || filesWords(filesOf(message));
}
