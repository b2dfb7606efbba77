import type { MessageChangedEvent } from '@parley/protocol';
import type { Conversation } from '../conversation.js';
import { newRow, withBroadcast, withReaction } from '../row.js';
import type { Reducers } from './reducer.js';

export const messageReducers: Reducers<'message:new' | 'message:edited' | 'message:deleted' | 'reaction:updated'> = {
  'message:new': (conversation, { message, version }) => {
    conversation.messages.arrive(newRow(message, version));
    conversation.moveLast();
    conversation.raiseSender(message, true);
    if (!conversation.unread.arrive(message, version, conversation)) conversation.invalidate();
    conversation.trim();
    conversation.touch('messages');
  },

  'message:edited': changed,

  'message:deleted': changed,

  'reaction:updated': (conversation, event) => {
    conversation.messages.change(event.seq, (row) => withReaction(row, event, conversation.me));
    conversation.touch('messages');
  },
};

function changed(conversation: Conversation, event: MessageChangedEvent): void {
  const { message, version, mentionsAdded, mentionsRemoved } = event;
  const { me, unread } = conversation;
  conversation.messages.quotes.note(message, Math.max(version, message.version));
  conversation.messages.change(message.seq, (row) => withBroadcast(row, message, version));
  const change = Number(mentionsAdded.includes(me)) - Number(mentionsRemoved.includes(me));
  if (change !== 0 && !unread.mention(message.seq, version, change > 0 ? 1 : -1)) conversation.invalidate();
  conversation.touch('messages');
}
