import type { Client } from 'pg';

/** A rule that holds in every database that the server alone has written, and how many rows break it. */
export interface Finding {
  rule: string;
  broken: number;
}

/**
 * Each counts what breaks it, from the rows alone: nothing of how the loader made them.
 * `k` stands for a conversation.
 */
const RULES: Record<string, string> = {
  'seq runs from first_seq to last_seq without gaps': `
    SELECT count(*) FROM conversations k
      LEFT JOIN (SELECT conversation_id, count(*) AS rows, min(seq) AS lowest, max(seq) AS highest FROM messages GROUP BY 1) m
        ON m.conversation_id = k.id
     WHERE coalesce(m.rows, 0) <> k.last_seq - k.first_seq + 1 OR m.lowest <> k.first_seq OR m.highest <> k.last_seq`,
  'every version beyond the trimmed ones is one message or one change': `
    SELECT count(*) FROM (
      SELECT k.id FROM conversations k
        LEFT JOIN (SELECT conversation_id, created_version AS version FROM messages
                   UNION ALL SELECT conversation_id, version FROM conversation_changes) v
          ON v.conversation_id = k.id AND v.version > k.trimmed_version
       GROUP BY k.id, k.version, k.trimmed_version
      HAVING count(v.version) <> k.version - k.trimmed_version OR count(DISTINCT v.version) <> count(v.version)
          OR min(v.version) <> k.trimmed_version + 1 OR max(v.version) <> k.version) wrong`,
  'the version of a message is that of its latest change': `
    SELECT count(*) FROM messages m JOIN conversations k ON k.id = m.conversation_id
      LEFT JOIN (SELECT conversation_id, subject_id, max(version) AS version FROM conversation_changes GROUP BY 1, 2) c
        ON c.conversation_id = m.conversation_id AND c.subject_id = m.id
     WHERE m.version <> coalesce(c.version, m.created_version) AND m.version > k.trimmed_version`,
  'the version of a member is that of their latest change': `
    SELECT count(*) FROM conversation_participants p JOIN conversations k ON k.id = p.conversation_id
      LEFT JOIN (
        SELECT conversation_id, about, max(version) AS version
          FROM (SELECT conversation_id, version, subject_id AS about FROM conversation_changes
                UNION ALL SELECT conversation_id, version, jsonb_array_elements_text(data -> 'userIds')::uuid
                            FROM conversation_changes WHERE data ? 'userIds') c GROUP BY 1, 2) c
        ON c.conversation_id = p.conversation_id AND c.about = p.user_id
     WHERE p.version IS DISTINCT FROM c.version AND p.version > k.trimmed_version`,
  'countable counts what is not a system message': `
    SELECT count(*) FROM (
      SELECT m.countable, k.expired_countable
             + count(*) FILTER (WHERE m.type <> 'system') OVER (PARTITION BY m.conversation_id ORDER BY m.seq) AS counted
        FROM messages m JOIN conversations k ON k.id = m.conversation_id) m WHERE m.countable <> m.counted`,
  'a conversation has the countable, the time and the version of its end': `
    SELECT count(*) FROM conversations k JOIN messages m ON m.conversation_id = k.id AND m.seq = k.last_seq
     WHERE k.countable <> m.countable OR k.updated_at <> m.created_at OR k.version < m.version`,
  'time and created_version never go back along seq': `
    SELECT count(*) FROM (
      SELECT created_at, lag(created_at) OVER w AS before, created_version, lag(created_version) OVER w AS version_before
        FROM messages WINDOW w AS (PARTITION BY conversation_id ORDER BY seq)) m
     WHERE m.created_at < m.before OR m.created_version <= m.version_before`,
  'ids of messages are unique': `SELECT count(*) - count(DISTINCT id) FROM messages`,
  'member_count counts the present members': `
    SELECT count(*) FROM conversations k
     WHERE k.member_count <> (SELECT count(*) FROM conversation_participants p
                               WHERE p.conversation_id = k.id AND p.left_at IS NULL)`,
  'those who sent are or were members, and not before they joined': `
    SELECT count(*) FROM messages m
      LEFT JOIN conversation_participants p ON p.conversation_id = m.conversation_id AND p.user_id = m.sender_id
     WHERE p.user_id IS NULL OR m.created_at < p.joined_at OR m.created_at > p.left_at`,
  'watermarks lie between one’s own last message and the end': `
    SELECT count(*) FROM conversation_participants p JOIN conversations k ON k.id = p.conversation_id
      LEFT JOIN (SELECT conversation_id, sender_id, max(seq) AS seq FROM messages WHERE type <> 'system' GROUP BY 1, 2) m
        ON m.conversation_id = p.conversation_id AND m.sender_id = p.user_id
     WHERE p.last_read_seq > p.last_delivered_seq OR p.last_delivered_seq > k.last_seq
        OR p.last_read_seq < coalesce(m.seq, 0)`,
  'read_countable is the countable of the last message read': `
    SELECT count(*) FROM conversation_participants p JOIN conversations k ON k.id = p.conversation_id
      LEFT JOIN messages m ON m.conversation_id = p.conversation_id AND m.seq = p.last_read_seq
     WHERE p.read_countable <> coalesce(m.countable, 0) AND (p.last_read_seq = 0 OR p.last_read_seq >= k.first_seq)`,
  'unread counts equal a recount': `
    SELECT count(*) FROM conversation_participants p JOIN conversations k ON k.id = p.conversation_id
      LEFT JOIN LATERAL (SELECT count(*) AS unread FROM messages m
                          WHERE m.conversation_id = p.conversation_id AND m.seq > p.last_read_seq AND m.type <> 'system') u ON true
     WHERE p.left_at IS NULL AND p.user_id = (SELECT user_id FROM conversation_participants GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)
       AND k.countable - greatest(p.read_countable, k.expired_countable) <> u.unread`,
  'receipts numbers are taken once and not beyond the counter': `
    SELECT (SELECT count(*) FROM conversation_participants p JOIN conversation_receipts r USING (conversation_id)
             WHERE p.receipts_version > r.receipts)
         + (SELECT count(*) FROM (SELECT 1 FROM conversation_participants WHERE receipts_version > 0
                                   GROUP BY conversation_id, receipts_version HAVING count(*) > 1) twice)
         + (SELECT count(*) FROM conversations k LEFT JOIN conversation_receipts r ON r.conversation_id = k.id
             WHERE r.conversation_id IS NULL)`,
  'read ranges of a member follow each other and end at the watermark at most': `
    SELECT count(*) FROM (
      SELECT r.from_seq, r.to_seq, p.last_read_seq,
             lag(r.to_seq) OVER (PARTITION BY r.conversation_id, r.user_id ORDER BY r.to_seq) AS before
        FROM read_ranges r LEFT JOIN conversation_participants p USING (conversation_id, user_id)) r
     WHERE r.from_seq > r.to_seq OR r.from_seq <= r.before OR r.last_read_seq IS NULL OR r.to_seq > r.last_read_seq`,
  'membership versions of a user are counted without repeats': `
    SELECT (SELECT count(*) FROM users u LEFT JOIN (SELECT user_id, max(user_version) AS highest
              FROM conversation_participants GROUP BY 1) p ON p.user_id = u.id
             WHERE u.membership_version <> coalesce(p.highest, 0))
         + (SELECT count(*) FROM (SELECT 1 FROM conversation_participants GROUP BY user_id, user_version, version
                                  HAVING count(*) > 1) twice)`,
  'mentions are those of the messages': `
    SELECT count(*) FROM (
      SELECT unnest(mentions) AS user_id, conversation_id, seq FROM messages WHERE mentions <> '{}') m
      FULL JOIN mentions n USING (user_id, conversation_id, seq)
     WHERE m.seq IS NULL OR n.seq IS NULL`,
  'reactions shown are the reactions stored': `
    SELECT count(*) FROM (
      SELECT conversation_id, seq, e ->> 'emoji' AS emoji, (e ->> 'count')::bigint AS count
        FROM messages, jsonb_array_elements(reactions) e WHERE reactions <> '[]') m
      FULL JOIN (SELECT conversation_id, seq, emoji, count(*) AS count FROM message_reactions GROUP BY 1, 2, 3) r
        USING (conversation_id, seq, emoji)
     WHERE m.count IS DISTINCT FROM r.count`,
  'edited messages have their earlier texts': `
    SELECT count(*) FROM messages m
      LEFT JOIN (SELECT conversation_id, seq, max(version) AS version FROM message_edit_history GROUP BY 1, 2) h
        USING (conversation_id, seq)
     WHERE (m.edited_at IS NULL) <> (h.version IS NULL) OR h.version > m.version`,
  'a deleted message has nothing left': `
    SELECT count(*) FROM messages
     WHERE deleted_at IS NOT NULL AND (content <> '' OR metadata <> '{}' OR mentions <> '{}' OR reactions <> '[]')`,
  'answers name a message of the same conversation': `
    SELECT count(*) FROM messages m JOIN conversations k ON k.id = m.conversation_id
      LEFT JOIN messages q ON q.conversation_id = m.conversation_id AND q.seq = m.reply_to_seq
     WHERE m.reply_to_id IS NOT NULL AND m.reply_to_seq >= k.first_seq
       AND (q.id IS DISTINCT FROM m.reply_to_id OR q.sender_id <> m.reply_to_sender_id OR q.seq >= m.seq)`,
};

/** The rules that are broken, none where all is well. */
export async function inconsistencies(client: Client): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [rule, sql] of Object.entries(RULES)) {
    const { rows } = await client
      .query<{ broken: string }>(`SELECT (${sql})::bigint AS broken`)
      .catch((error: Error) => {
        throw new Error(`${rule}: ${error.message}`);
      });
    const broken = Number(rows[0]?.broken);
    if (broken > 0) findings.push({ rule, broken });
  }
  return findings;
}

/** How many rules there are. */
export const RULE_COUNT = Object.keys(RULES).length;
