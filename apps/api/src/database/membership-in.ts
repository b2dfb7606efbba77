import { and, eq, isNull, type SQL, type SQLWrapper } from 'drizzle-orm';
import { conversationParticipants } from './schema/index.js';

/** Joins the user's row where they are a member now of the conversation that this column names. */
export function membershipIn(conversationId: SQLWrapper, userId: string): SQL | undefined {
  return and(
    eq(conversationParticipants.conversationId, conversationId),
    eq(conversationParticipants.userId, userId),
    isNull(conversationParticipants.leftAt),
  );
}
