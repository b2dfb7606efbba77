import { type SQL, sql } from 'drizzle-orm';

/** Of a conversation and a member of it: either a value, or a column of the query around. */
interface MemberPlace {
  conversationId: string | SQL;
  userId: string | SQL;
}

/** A row for each other present member who is not disabled: nor has left for good, which disables, too. */
export const otherMembers = ({ conversationId, userId }: MemberPlace): SQL => sql`
  SELECT 1 FROM conversation_participants o JOIN users u ON u.id = o.user_id
   WHERE o.conversation_id = ${conversationId} AND o.user_id <> ${userId} AND o.left_at IS NULL AND NOT u.is_disabled`;

/** The owners among them: where there are none, the group would be without one. */
export const otherOwners = (place: MemberPlace): SQL => sql`${otherMembers(place)} AND o.role = 'owner'`;
