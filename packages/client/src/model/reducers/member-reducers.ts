import type { MembersEvent } from '@parley/protocol';
import type { Conversation } from '../conversation.js';
import type { Reducers } from './reducer.js';

export const memberReducers: Reducers<'member:added' | 'member:updated' | 'member:removed'> = {
  'member:added': (conversation, event) => {
    take(conversation, event);
    conversation.tell(event.version, { memberCount: conversation.facts.memberCount + event.members.length });
  },

  'member:updated': (conversation, event) => {
    take(conversation, event);
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

function take(conversation: Conversation, { members, version }: MembersEvent): void {
  for (const member of members) {
    conversation.meet(member.user);
    conversation.members.merge(member, version);
  }
  conversation.touchMarks();
}
