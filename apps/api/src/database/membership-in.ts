import { and, eq, isNull, type SQL, type SQLWrapper } from 'drizzle-orm';
import { conversationParticipants } from './schema/index.js';

/** Joins the row of the user's membership where they are a member now; `conversationId` is a column of what is joined. */
export function presentMember(conversationId: SQLWrapper, userId: string): SQL | undefined {
  return and(
    eq(conversationParticipants.conversationId, conversationId),
    eq(conversationParticipants.userId, userId),
    isNull(conversationParticipants.leftAt),
  );
}
