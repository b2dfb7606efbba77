import type { ExportedConversation, ExportedMember } from '@parley/protocol';
import type { ConversationRow, ParticipantRow } from '../../database/rows.js';

/** What it is called now, and whether it is archived, is not for those who have left it. */
export const exportedConversation = (row: ConversationRow, leftAt: Date | null = null): ExportedConversation => ({
  id: row.id,
  type: row.type,
  name: leftAt ? null : row.name,
  createdAt: row.createdAt.toISOString(),
  isArchived: leftAt ? null : row.isArchived,
});

export const exportedMember = ({ role, joinedAt, leftAt, lastReadSeq }: ParticipantRow): ExportedMember => ({
  ...{ role, lastReadSeq, joinedAt: joinedAt.toISOString(), leftAt: leftAt?.toISOString() ?? null },
});
