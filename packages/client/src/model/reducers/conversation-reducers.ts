import type { Reducers } from './reducer.js';

export const conversationReducers: Reducers<'conversation:updated' | 'conversation:archived'> = {
  // The counters in it may run ahead of the events, so they are left to those.
  'conversation:updated': (conversation, { version, conversation: { name, firstSeq } }) => {
    conversation.tell(version, { name, ...(firstSeq && { firstSeq }) });
    conversation.expire(firstSeq ?? 1);
  },

  'conversation:archived': (conversation, { version, isArchived }) => {
    conversation.tell(version, { isArchived });
  },
};
