import type { ConversationType, MemberRole, MessageType } from '@parley/protocol';

/** Who may change which message. What the server itself wrote into the history stays as it is. */

interface Actor {
  userId: string;
  role: MemberRole;
  conversationType: ConversationType;
}

interface MessageFacts {
  senderId: string;
  type: MessageType;
}

/** One's own only; the time limit is a separate question. */
export function canEdit(actor: Pick<Actor, 'userId'>, message: MessageFacts): boolean {
  return message.type !== 'system' && message.senderId === actor.userId;
}

/** One's own, and in groups everybody's by admins and owners. */
export function canDelete(actor: Actor, message: MessageFacts): boolean {
  if (message.type === 'system') return false;
  if (message.senderId === actor.userId) return true;
  return actor.conversationType === 'group' && actor.role !== 'member';
}

/** Whether a message of this age may still be edited; a window of 0 minutes is none. */
export function isInEditWindow(ageMs: number, windowMinutes: number): boolean {
  return windowMinutes > 0 && ageMs <= windowMinutes * 60_000;
}
