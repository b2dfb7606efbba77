-- Who has read which message and when (S2.20), from the ranges of watermark moves. Not one's own messages.
CREATE VIEW message_read_receipts AS
SELECT md5(m.id::text || r.user_id::text)::uuid AS id, m.id AS message_id, r.user_id, r.at AS read_at
  FROM read_ranges r
  JOIN messages m ON m.conversation_id = r.conversation_id AND m.seq BETWEEN r.from_seq AND r.to_seq
 WHERE m.sender_id <> r.user_id AND m.type <> 'system';
--> statement-breakpoint
-- Unread messages of each member, and the last one they have read (S2.21), from stored counters.
CREATE VIEW conversation_unread_counts AS
SELECT p.id, p.conversation_id, p.user_id, (c.countable - p.read_countable)::integer AS unread_count,
       m.id AS last_read_message_id
  FROM conversation_participants p
  JOIN conversations c ON c.id = p.conversation_id
  LEFT JOIN messages m ON m.conversation_id = p.conversation_id AND m.seq = p.last_read_seq
 WHERE p.left_at IS NULL;
