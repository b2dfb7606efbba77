import type { ConversationListItem, Message } from '@parley/protocol';
import { isolate } from '../../ui/isolated.js';
import { messageWords } from '../chat/message/message-words.js';
import { WITHOUT_WORDS } from '../chat/message/plain-text.js';
import { systemSentence } from '../chat/message/system-sentence.js';
import { BLOCKED_WORDS } from '../people/blocked-words.js';
import { firstName } from '../people/names.js';

const LONGEST = 140;

interface Reader {
  me: string;
  nameOf: (id: string) => string;
  /** Whether they block who wrote the last message. */
  isBlocked: boolean;
}

/** The line under the name. Text of people within words of the app is isolated. */
export function previewOf(item: ConversationListItem, { me, nameOf, isBlocked }: Reader): string {
  const message = item.lastMessage;
  if (!message) return item.type === 'group' ? 'New group. Say something.' : 'Say hello.';
  if (message.type === 'system') return systemSentence(message, me, nameOf);
  if (isBlocked && !message.isDeleted) return BLOCKED_WORDS;
  const text = message.isDeleted ? 'Message deleted' : wordsOf(message);
  if (message.senderId === me) return `You: ${isolate(text)}`;
  return item.type === 'group' ? `${isolate(firstName(nameOf(message.senderId)))}: ${isolate(text)}` : text;
}

function wordsOf(message: Message): string {
  return messageWords(message, LONGEST) || (message.type === 'text' ? WITHOUT_WORDS : 'Attachment');
}
