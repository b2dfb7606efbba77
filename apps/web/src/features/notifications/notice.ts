import type { ConversationListItem, ConversationSettings, Message } from '@parley/protocol';
import { titleOf } from '../chat/conversation-title.js';
import { messageWords } from '../chat/message/message-words.js';
import { firstName } from '../people/names.js';

const LONGEST = 140;

interface Reader {
  me: string;
  isBlocked: (id: string) => boolean;
  nameOf: (id: string) => string;
  /** Whether a notification may say what was written, and by whom. */
  isPrivate: boolean;
}

export interface Notice {
  title: string;
  body: string;
}

/** Whether somebody wants to be told of this message. */
export function isWanted(
  message: Message,
  { notifications }: Pick<ConversationSettings, 'notifications'>,
  { me, isBlocked }: Pick<Reader, 'me' | 'isBlocked'>,
): boolean {
  if (message.senderId === me || message.type === 'system' || message.isDeleted) return false;
  if (isBlocked(message.senderId)) return false;
  return notifications === 'all' || (notifications === 'mentions' && message.mentions.includes(me));
}

/** What a notification says. */
export function noticeOf(message: Message, item: ConversationListItem, { nameOf, isPrivate }: Reader): Notice {
  if (isPrivate) return { title: 'Parley', body: 'New message' };
  const words = messageWords(message, LONGEST) || 'Attachment';
  const body = item.type === 'group' ? `${firstName(nameOf(message.senderId))}: ${words}` : words;
  return { title: titleOf(item), body };
}
