import { Injectable } from '@nestjs/common';
import { type PushNotice, SYNC_LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';

/** A message by what decides on who is told of it. */
export interface Asked {
  conversationId: string;
  seq: number;
  senderId: string;
  mentions: readonly string[];
  /** Null: whoever it concerns; else these of them. */
  among: readonly string[] | null;
}

/** A browser that is to be told of one of the messages. */
export interface Recipient {
  /** Which of them: the newest of its conversation of which this user wants to hear. */
  i: number;
  userId: string;
  /** Whether somebody is at a socket of the user's: then nothing is sent. */
  isWatching: boolean;
  subscriptionId: string;
  endpoint: string;
  p256dh: string;
  auth: string;
  isPrivate: boolean;
  /** The name of the group; null: a direct conversation. */
  groupName: string | null;
  senderName: string;
}

@Injectable()
export class PushRecipientsRepository {
  constructor(private readonly database: Database) {}

  /**
   * Whose browsers are to be told of these messages, a row a browser and conversation: of members who have not read it, who want
   * to hear of it as they have set for the conversation, and who do not block its sender. Of larger groups only those who are
   * mentioned. `most` rows at most, those with nobody at a socket first. One query.
   */
  of(asked: readonly Asked[], most: number): Promise<Recipient[]> {
    const given = JSON.stringify(asked.map((each, i) => ({ i, ...each })));
    return rowsOf<Recipient>(
      this.database.db,
      sql`
      SELECT told.* FROM (
      SELECT DISTINCT ON (s.id, m."conversationId")
             m.i, p.user_id AS "userId", s.id AS "subscriptionId", s.endpoint, s.p256dh, s.auth, s.is_private AS "isPrivate",
             CASE WHEN c.type = 'group' THEN coalesce(c.name, '') END AS "groupName", sender.display_name AS "senderName",
             EXISTS (SELECT 1 FROM node_users n WHERE n.user_id = p.user_id AND NOT n.is_idle) AS "isWatching"
        FROM jsonb_to_recordset(${given}::jsonb)
             AS m(i int, "conversationId" uuid, seq bigint, "senderId" uuid, mentions jsonb, among jsonb)
        JOIN messages x ON x.conversation_id = m."conversationId" AND x.seq = m.seq AND x.deleted_at IS NULL
        JOIN conversations c ON c.id = m."conversationId"
        JOIN users sender ON sender.id = m."senderId"
        JOIN LATERAL (
          SELECT a.user_id FROM conversation_participants a
           WHERE m.among IS NULL AND c.member_count <= ${SYNC_LIMITS.receiptsMembers}
             AND a.conversation_id = c.id AND a.left_at IS NULL
          UNION
          SELECT e::uuid FROM jsonb_array_elements_text(
            coalesce(m.among, m.mentions)) AS e
        ) told ON told.user_id <> m."senderId"
        JOIN conversation_participants p
          ON p.conversation_id = c.id AND p.user_id = told.user_id AND p.left_at IS NULL AND p.last_read_seq < m.seq
        JOIN users u ON u.id = p.user_id AND NOT u.is_disabled
        JOIN push_subscriptions s ON s.user_id = p.user_id AND s.expires_at > now()
        LEFT JOIN refresh_sessions r ON r.id = s.session_id
        LEFT JOIN conversation_settings w
          ON w.user_id = p.user_id AND w.conversation_id = c.id AND coalesce(w.muted_until, now() + interval '1 day') > now()
       WHERE (s.session_id IS NULL OR (r.revoked_at IS NULL AND r.expires_at > now()))
         AND NOT EXISTS (SELECT 1 FROM user_blocks b WHERE b.blocker_id = p.user_id AND b.blocked_id = m."senderId")
         AND CASE coalesce(w.notifications, 'all')
               WHEN 'all' THEN true WHEN 'none' THEN false ELSE m.mentions @> to_jsonb(p.user_id::text) END
       ORDER BY s.id, m."conversationId", m.seq DESC) told
       ORDER BY told."isWatching" LIMIT ${most}`,
    );
  }

  /** Whether this browser is to be told of this message, still: it is asked of what had to wait. */
  async isStillTold(
    { subscriptionId, userId }: Pick<Recipient, 'subscriptionId' | 'userId'>,
    { conversationId, seq }: Pick<PushNotice, 'conversationId' | 'seq'>,
  ): Promise<boolean> {
    const rows = await rowsOf(
      this.database.db,
      sql`
      SELECT 1 FROM push_subscriptions s
        JOIN users u ON u.id = s.user_id AND NOT u.is_disabled
        JOIN conversation_participants p
          ON p.conversation_id = ${conversationId} AND p.user_id = s.user_id AND p.left_at IS NULL AND p.last_read_seq < ${seq}
        JOIN messages x ON x.conversation_id = p.conversation_id AND x.seq = ${seq} AND x.deleted_at IS NULL
        LEFT JOIN refresh_sessions r ON r.id = s.session_id
       WHERE s.id = ${subscriptionId} AND s.user_id = ${userId} AND s.expires_at > now()
         AND (s.session_id IS NULL OR (r.revoked_at IS NULL AND r.expires_at > now()))`,
    );
    return rows.length > 0;
  }
}
