import type { Member, Message, MessageDeliveredEvent, MessageReadEvent } from '@parley/protocol';
import type { ConversationState, DurableEvent } from './conversation-state.js';
import { withMessage } from './timeline.js';
import { countArrival } from './unread.js';

/** `gap`: the event skips versions, so the conversation has to be fetched anew. */
export interface Applied {
  state: ConversationState;
  gap: boolean;
}

/** Applies a durable event if it is the next one; an old one changes nothing. */
export function applyDurable(state: ConversationState, event: DurableEvent, me: string): Applied {
  if (state.held) return { state: { ...state, held: [...state.held, event] }, gap: false };
  const { version } = event.payload;
  if (version <= state.item.version) return { state, gap: false };
  if (version > state.item.version + 1) return { state: { ...state, held: [event] }, gap: true };
  const applied = reduce(state, event, me);
  return { state: { ...applied, item: { ...applied.item, version } }, gap: false };
}

/** Applies what was held back while the conversation was fetched. */
export function release(state: ConversationState, me: string): Applied {
  const held = state.held ?? [];
  let applied: Applied = { state: { ...state, held: null }, gap: false };
  for (const event of held) {
    const next = applyDurable(applied.state, event, me);
    applied = { state: next.state, gap: applied.gap || next.gap };
  }
  return applied;
}

function reduce(state: ConversationState, event: DurableEvent, me: string): ConversationState {
  switch (event.name) {
    case 'message:new':
      return addMessage(state, event.payload.message, me);
    case 'conversation:updated': {
      // Only what this event is about: its counters may be ahead of the messages still to come.
      const { name, isArchived } = event.payload.conversation;
      return { ...state, item: { ...state.item, name, isArchived } };
    }
    case 'conversation:archived':
      return { ...state, item: { ...state.item, isArchived: event.payload.isArchived } };
    case 'member:added':
      return withMembers(state, event.payload.members, { me, joined: event.payload.members.length });
    case 'member:updated':
      return withMembers(state, event.payload.members, { me, joined: 0 });
    case 'member:removed':
      return withoutMember(state, event.payload, me);
  }
}

function addMessage(state: ConversationState, message: Message, me: string): ConversationState {
  const counted = countArrival(state, message, me);
  const { item } = counted;
  const newer = message.seq > item.lastSeq || item.lastMessage === null;
  return {
    ...settle(counted, message, me),
    timeline: withMessage(counted.timeline, message),
    members:
      message.type === 'system' ? counted.members : raise(counted.members, message.senderId, message.seq, 'read'),
    item: newer ? { ...item, lastMessage: message, lastSeq: message.seq, updatedAt: message.createdAt } : item,
  };
}

/** My message is stored: its row takes over from the outbox, under the same key. */
function settle(state: ConversationState, message: Message, me: string): ConversationState {
  if (message.senderId !== me) return state;
  const outbox = state.outbox.filter((entry) => entry.clientMessageId !== message.clientMessageId);
  return outbox.length === state.outbox.length ? state : { ...state, outbox };
}

/** The acknowledgement's row. It may come before events of lower versions, so it never moves the cursor. */
export function withAck(state: ConversationState, message: Message, me: string): ConversationState {
  return { ...settle(state, message, me), timeline: withMessage(state.timeline, message) };
}

/** Someone read or received up to `seq`. */
export function withMark(state: ConversationState, event: MessageReadEvent | MessageDeliveredEvent): ConversationState {
  const kind = 'readBy' in event ? 'read' : 'delivered';
  return { ...state, members: raise(state.members, event.userId, event.seq, kind) };
}

function raise(
  members: ConversationState['members'],
  userId: string,
  seq: number,
  kind: 'read' | 'delivered',
): ConversationState['members'] {
  const member = members?.[userId];
  if (!members || !member) return members;
  const lastDeliveredSeq = Math.max(member.lastDeliveredSeq, seq);
  const lastReadSeq = kind === 'read' ? Math.max(member.lastReadSeq, seq) : member.lastReadSeq;
  if (lastReadSeq === member.lastReadSeq && lastDeliveredSeq === member.lastDeliveredSeq) return members;
  return { ...members, [userId]: { ...member, lastReadSeq, lastDeliveredSeq } };
}

function withMembers(
  state: ConversationState,
  coming: Member[],
  { me, joined }: { me: string; joined: number },
): ConversationState {
  const mine = coming.find((member) => member.user.id === me);
  let members = state.members;
  for (const member of coming) {
    const held = members?.[member.user.id];
    if (members && (!held || held.version <= member.version)) members = { ...members, [member.user.id]: member };
  }
  const memberCount = state.item.memberCount + joined;
  return { ...state, members, item: { ...state.item, memberCount, myRole: mine?.role ?? state.item.myRole } };
}

function withoutMember(
  state: ConversationState,
  event: { userId: string; actorId: string; version: number },
  me: string,
): ConversationState {
  const member = state.members?.[event.userId];
  const leftAt = new Date().toISOString();
  return {
    ...state,
    members:
      state.members && member
        ? { ...state.members, [event.userId]: { ...member, leftAt, version: event.version } }
        : state.members,
    item: { ...state.item, memberCount: Math.max(0, state.item.memberCount - 1) },
    gone: event.userId === me ? (event.actorId === me ? 'left' : 'removed') : state.gone,
  };
}
