import { useChatClient, useChatEvent } from '@parley/react';
import { nameOf, peopleStore } from '../people/people.store.js';
import { announce } from './announcements.js';
import { plainText } from './plain-text.js';

const LONGEST = 200;

/** Reads out what others change in the open conversation: edits, deletions, and reactions to what I wrote. */
export function useToldChanges(conversationId: string, me: string): void {
  const client = useChatClient();
  const isOthers = (event: { conversationId: string; actorId: string }) =>
    event.conversationId === conversationId && event.actorId !== me;
  useChatEvent('message:edited', (event) => {
    if (isOthers(event)) announce(`${name(event.actorId)} edited: ${plainText(event.message.content, LONGEST)}`);
  });
  useChatEvent('message:deleted', (event) => {
    if (isOthers(event)) announce(`${name(event.actorId)} deleted a message`);
  });
  useChatEvent('reaction:updated', (event) => {
    if (!isOthers(event) || event.action === 'removed') return;
    const { items } = client.messages(conversationId).getSnapshot();
    const mine = items.find((item) => item.kind === 'stored' && item.message.id === event.messageId);
    if (mine?.kind === 'stored' && mine.message.senderId === me) {
      announce(`${name(event.actorId)} reacted with ${event.emoji} to: ${plainText(mine.message.content, LONGEST)}`);
    }
  });
}

function name(id: string): string {
  return nameOf(peopleStore.getState().byId, id);
}
