import { useChatClient, useChatEvent } from '@parley/react';
import { announce } from '../../../ui/announcements.js';
import { isolate } from '../../../ui/isolated.js';
import { nameOf } from '../../people/names.js';
import { messageWords } from '../message/message-words.js';

const LONGEST = 200;

/** Reads out what others change in the open conversation: edits, deletions, and reactions to what I wrote. */
export function useChangeAnnouncements(conversationId: string, me: string): void {
  const client = useChatClient();
  const name = (id: string) => isolate(nameOf(client.people.getSnapshot(), id));
  const isOthers = (event: { conversationId: string; actorId: string }) =>
    event.conversationId === conversationId && event.actorId !== me;
  useChatEvent('message:edited', (event) => {
    if (!isOthers(event)) return;
    const { id, senderId } = event.message;
    const isBlocked = client.blocked.getSnapshot().has(senderId);
    const words = isBlocked ? ' a message' : `: ${isolate(messageWords(event.message, LONGEST))}`;
    announce(`${name(event.actorId)} edited${words}`, id);
  });
  useChatEvent('message:deleted', (event) => {
    if (isOthers(event)) announce(`${name(event.actorId)} deleted a message`);
  });
  useChatEvent('reaction:updated', (event) => {
    if (!isOthers(event) || event.action === 'removed') return;
    const { items } = client.messages(conversationId).getSnapshot();
    const mine = items.find((item) => item.kind === 'stored' && item.message.id === event.messageId);
    if (mine?.kind === 'stored' && mine.message.senderId === me) {
      const words = isolate(messageWords(mine.message, LONGEST));
      announce(`${name(event.actorId)} reacted with ${event.emoji} to: ${words}`, mine.message.id);
    }
  });
}
