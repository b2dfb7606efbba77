import type { conversationChanges, conversationParticipants, conversations, messages } from './schema/index.js';

/** Rows as repositories hand them on; who presents them needs their shape, not the tables. */
export type MessageRow = Omit<typeof messages.$inferSelect, UnreadColumn>;
export type ConversationRow = typeof conversations.$inferSelect;
export type ParticipantRow = typeof conversationParticipants.$inferSelect;
export type ChangeRecord = typeof conversationChanges.$inferSelect;
/** As it is written: the database adds the time. */
export type ChangeRow = Omit<ChangeRecord, 'createdAt'>;
/** Of a message's columns those that nobody is shown: they find it, tell a repeat, or bound what is read. */
type UnreadColumn = 'payloadHash' | 'excerpt' | 'storedBytes' | 'replyExcerpt';
