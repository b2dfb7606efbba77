import type { Conversation, ConversationListItem, Member, UserView } from '@parley/protocol';
import type { ConversationRow, ParticipantRow } from '../../database/rows.js';
import { peopleIn } from '../messages/index.js';

export function presentConversation(row: ConversationRow): Conversation {
  return {
    id: row.id,
    type: row.type,
    name: row.name,
    isArchived: row.isArchived,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    memberCount: row.memberCount,
    ...(row.firstSeq > 1 && { firstSeq: row.firstSeq }),
    lastSeq: row.lastSeq,
    version: row.version,
  };
}

export function presentMember(row: ParticipantRow, user: UserView): Member {
  return {
    user,
    role: row.role,
    joinedAt: row.joinedAt.toISOString(),
    leftAt: row.leftAt?.toISOString() ?? null,
    silencedUntil: row.silencedUntil?.toISOString() ?? null,
    lastReadSeq: row.lastReadSeq,
    lastDeliveredSeq: row.lastDeliveredSeq,
    version: row.version,
  };
}

/** Everyone whom a list item names but does not show. */
export const peopleOfItem = ({ createdBy, lastMessage }: ConversationListItem): string[] => [
  createdBy,
  ...peopleIn(lastMessage ? [lastMessage] : []),
];
