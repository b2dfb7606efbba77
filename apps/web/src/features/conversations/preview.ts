import type { ConversationListItem } from '@parley/protocol';
import { plainText } from '../chat/plain-text.js';
import { systemSentence } from '../chat/system-sentence.js';

const LONGEST = 140;

export type Titled = Pick<ConversationListItem, 'name' | 'peer'>;

/** The name that a conversation goes by: of the group, or of the other person. */
export function titleOf(item: Titled): string {
  return item.name ?? item.peer?.displayName ?? 'Conversation';
}

/** The one line under the name. */
export function previewOf(item: ConversationListItem, me: string, nameOf: (id: string) => string): string {
  const message = item.lastMessage;
  if (!message) return item.type === 'group' ? 'New group. Say something.' : 'Say hello.';
  if (message.type === 'system') return systemSentence(message, me, nameOf);
  const text = message.isDeleted ? 'Message deleted' : plainText(message.content, LONGEST) || 'Attachment';
  if (message.senderId === me) return `You: ${text}`;
  return item.type === 'group' ? `${firstName(nameOf(message.senderId))}: ${text}` : text;
}

function firstName(name: string): string {
  return name.split(' ')[0] ?? name;
}
