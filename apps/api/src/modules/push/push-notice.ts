import { shownText } from '@parley/markdown';
import {
  cutBetweenGraphemes,
  filesOf,
  filesWords,
  firstGraphemes,
  type Message,
  type PushNotice,
} from '@parley/protocol';
import type { Recipient } from './push-recipients.repository.js';

/** Graphemes, as the notifications of an open app have. */
const LONGEST = 140;
/** UTF-16 units, which in JSON are up to six bytes each: a push has room for some 3,900. */
const MOST_UNITS = 500;

/** What is kept of a message until it is known who is to be told of it. */
export interface ToldMessage extends Pick<Message, 'conversationId' | 'seq' | 'senderId' | 'mentions' | 'content'> {
  /** What stands for its files: "2 photos". */
  files: string;
}

/** Without its metadata, which may be large. */
export function toldOf(message: Message): ToldMessage {
  const { conversationId, seq, senderId, mentions, content } = message;
  return { conversationId, seq, senderId, mentions, content, files: filesWords(filesOf(message)) };
}

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

/** A line of a message, without its marks; of one without words what it carries. */
export function noticeWords({ content, files }: ToldMessage): string {
  const line = shownText(content).replace(/\s+/g, ' ').trim() || files;
  return cutBetweenGraphemes(firstGraphemes(line, LONGEST), MOST_UNITS) || 'Attachment';
}
