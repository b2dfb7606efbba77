import type { Reducers } from './reducer.js';

export const memberReducers: Reducers<'member:added' | 'member:updated' | 'member:removed'> = {
  'member:added': (conversation, event) => {
    conversation.takeMembers(event.members, event.version);
    conversation.tell(event.version, { memberCount: conversation.facts.memberCount + event.members.length });
  },

  'member:updated': (conversation, event) => {
    conversation.takeMembers(event.members, event.version);
    const mine = event.members.find(({ user }) => user.id === conversation.me);
    if (mine) conversation.tell(event.version, { myRole: mine.role });
  },

  'member:removed': (conversation, { userId, version }) => {
    if (userId === conversation.me) {
      conversation.leftAt = version;
      return;
    }
    conversation.members.depart(userId, version);
    const { memberCount } = conversation.facts;
    conversation.tell(version, { memberCount: memberCount - 1 });
    conversation.relearnMarks(memberCount);
    conversation.touchMarks();
  },
};
