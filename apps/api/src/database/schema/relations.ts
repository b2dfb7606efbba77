import { relations } from 'drizzle-orm';
import { conversations } from './conversations.js';
import { messages } from './messages.js';
import { conversationParticipants } from './participants.js';
import { users } from './users.js';

export const messageRelations = relations(messages, ({ one }) => ({
  sender: one(users, { fields: [messages.senderId], references: [users.id] }),
  conversation: one(conversations, { fields: [messages.conversationId], references: [conversations.id] }),
}));

export const conversationRelations = relations(conversations, ({ many, one }) => ({
  creator: one(users, { fields: [conversations.createdBy], references: [users.id] }),
  participants: many(conversationParticipants),
  messages: many(messages),
}));

export const participantRelations = relations(conversationParticipants, ({ one }) => ({
  user: one(users, { fields: [conversationParticipants.userId], references: [users.id] }),
  conversation: one(conversations, {
    fields: [conversationParticipants.conversationId],
    references: [conversations.id],
  }),
}));
