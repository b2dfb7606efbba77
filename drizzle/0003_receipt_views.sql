-- Who has read which message and when (S2.20), from the ranges of watermark moves: for each member one look-up of the
-- move that passed it. Not one's own messages; those who left since stay.
CREATE VIEW message_read_receipts AS
SELECT md5(m.id::text || p.user_id::text)::uuid AS id, m.id AS message_id, p.user_id, r.at AS read_at
  FROM messages m
  JOIN conversation_participants p ON p.conversation_id = m.conversation_id AND p.user_id <> m.sender_id
  JOIN LATERAL (
    SELECT x.from_seq, x.at FROM read_ranges x
     WHERE x.conversation_id = m.conversation_id AND x.user_id = p.user_id AND x.to_seq >= m.seq
     ORDER BY x.to_seq LIMIT 1) r ON r.from_seq <= m.seq
 WHERE m.type <> 'system';
--> statement-breakpoint
-- Unread messages of each member, and the last one they have read (S2.21), from stored counters.
CREATE VIEW conversation_unread_counts AS
SELECT p.id, p.conversation_id, p.user_id,
       ((SELECT c.countable FROM conversations c WHERE c.id = p.conversation_id) - p.read_countable)::integer
         AS unread_count,
       (SELECT m.id FROM messages m WHERE m.conversation_id = p.conversation_id AND m.seq = p.last_read_seq)
         AS last_read_message_id
  FROM conversation_participants p
 WHERE p.left_at IS NULL;
