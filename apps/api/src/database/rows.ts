import type { Metadata } from '@parley/protocol';
import type { conversationChanges, conversationParticipants, conversations, messages } from './schema/index.js';

/** A message as it is stored: what it says may be encrypted. */
export type StoredMessageRow = Omit<typeof messages.$inferSelect, UnreadColumn>;
/** Rows as repositories hand them on; who presents them needs their shape, not the tables. */
export type MessageRow = Omit<StoredMessageRow, 'metadata'> & { metadata: Metadata };
export type ConversationRow = typeof conversations.$inferSelect;
export type ParticipantRow = typeof conversationParticipants.$inferSelect;
export type ChangeRecord = typeof conversationChanges.$inferSelect;
/** As it is written: the database adds the time. */
export type ChangeRow = Omit<ChangeRecord, 'createdAt'>;
/** Of a message's columns those that nobody is shown: they find it, tell a repeat, or bound what is read. */
type UnreadColumn = 'payloadHash' | 'excerpt' | 'storedBytes' | 'replyExcerpt';
