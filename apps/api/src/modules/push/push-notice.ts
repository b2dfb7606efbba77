import { shownText } from '@parley/markdown';
import { cutBetweenGraphemes, firstGraphemes, type Message, type PushNotice } from '@parley/protocol';
import type { Recipient } from './push-recipients.repository.js';

/** Graphemes, as the notifications of an open app have. */
const LONGEST = 140;
/** UTF-16 units, which in JSON are up to six bytes each: a push has room for some 3,900. */
const MOST_UNITS = 500;

/** What is kept of a message until it is known who is to be told of it. */
export type ToldMessage = Pick<Message, 'conversationId' | 'seq' | 'senderId' | 'mentions' | 'content'>;

/**
 * What a browser is told of a message: what its user may read in the conversation, and no more than a line of it.
 * @param words of `noticeWords`, which is the same for all.
 */
export function pushNotice(
  { conversationId, seq }: ToldMessage,
  words: string,
  { isPrivate, groupName, senderName }: Recipient,
): PushNotice {
  if (isPrivate) return { title: 'Parley', body: 'New message', conversationId, seq };
  if (groupName === null) return { title: senderName, body: words, conversationId, seq };
  return { title: groupName || 'Conversation', body: `${senderName.split(' ')[0]}: ${words}`, conversationId, seq };
}

/** A line of a message, without its marks. */
export function noticeWords({ content }: ToldMessage): string {
  const line = shownText(content).replace(/\s+/g, ' ').trim();
  return cutBetweenGraphemes(firstGraphemes(line, LONGEST), MOST_UNITS) || 'Attachment';
}
