import type { Member } from '@parley/protocol';
import type { ChangeRow, ConversationRow } from '../../database/rows.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import { presentConversation } from './conversation.presenter.js';

// Each event of its change row, live and when it is read later. What it shows from other rows may then be newer.

const baseOf = ({ conversationId, version, actorId }: ChangeRow) => ({ conversationId, version, actorId });
const subjectOf = ({ subjectId }: ChangeRow): string => subjectId ?? '';

/** Each member gets the conversation as they see it, so the event itself shows nothing. */
export function conversationCreatedEvent({ version, data }: ChangeRow): StreamEvent {
  return { version, name: 'conversation:created', payload: null, joined: data.userIds ?? [] };
}

export function conversationUpdatedEvent(change: ChangeRow, row: ConversationRow): StreamEvent {
  const payload = { ...baseOf(change), conversation: presentConversation(row) };
  return { version: change.version, name: 'conversation:updated', payload };
}

export function conversationArchivedEvent(change: ChangeRow): StreamEvent {
  const payload = { ...baseOf(change), isArchived: change.data.isArchived ?? false };
  return { version: change.version, name: 'conversation:archived', payload };
}

export function memberAddedEvent(change: ChangeRow, members: Member[]): StreamEvent {
  const payload = { ...baseOf(change), members };
  return { version: change.version, name: 'member:added', payload, joined: change.data.userIds ?? [] };
}

export function memberRemovedEvent(change: ChangeRow): StreamEvent {
  const userId = subjectOf(change);
  return { version: change.version, name: 'member:removed', payload: { ...baseOf(change), userId }, left: userId };
}

export function memberUpdatedEvent(change: ChangeRow, members: Member[]): StreamEvent {
  return { version: change.version, name: 'member:updated', payload: { ...baseOf(change), members } };
}
