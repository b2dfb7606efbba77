-- Moves read and delivered watermarks of several members of one conversation; at most one mark a user and call.
-- marks: [{i, u user, read boolean, seq | id}]. Each one that moves takes the conversation's next receipts number.
CREATE OR REPLACE FUNCTION move_watermarks(conversation uuid, marks jsonb)
RETURNS TABLE (i integer, outcome text, moved boolean, mark_seq float8, message_id uuid, receipts float8, at_ms float8,
               last_read_seq float8, last_delivered_seq float8, unread float8, mentioned float8, last_seq float8,
               member_count integer)
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  base bigint;
  moment timestamptz(3);
BEGIN
  SELECT cr.receipts INTO base FROM conversation_receipts cr WHERE cr.conversation_id = conversation FOR NO KEY UPDATE;
  -- By an array, so that the index finds these members: joined, all members of the conversation were read for each mark.
  PERFORM 1
    FROM conversation_participants p
   WHERE p.conversation_id = conversation
     AND p.user_id = ANY (ARRAY (SELECT f.u FROM jsonb_to_recordset(marks) AS f (u uuid)))
   ORDER BY p.user_id
     FOR NO KEY UPDATE OF p;
  moment := date_trunc('milliseconds', clock_timestamp());

  RETURN QUERY
  WITH judged AS MATERIALIZED (
    SELECT f.i, f.u, f.read, m.seq AS to_seq, m.id AS to_id, m.countable AS to_countable,
           p.last_read_seq AS read_seq, p.last_delivered_seq AS delivered_seq, p.read_countable AS counted_read,
           c.last_seq AS head, c.countable AS counted, c.member_count,
           CASE
             WHEN p.user_id IS NULL THEN 'not_found'
             WHEN f.seq = 0 THEN 'done'
             WHEN m.id IS NULL AND f.id IS NOT NULL THEN 'not_found'
             WHEN m.id IS NULL THEN 'beyond'
             WHEN m.seq > CASE WHEN f.read THEN p.last_read_seq ELSE p.last_delivered_seq END THEN 'move'
             ELSE 'done'
           END AS outcome
      FROM jsonb_to_recordset(marks) AS f (i integer, u uuid, read boolean, seq bigint, id uuid)
      LEFT JOIN LATERAL (
        SELECT * FROM conversation_participants x WHERE x.conversation_id = conversation AND x.user_id = f.u OFFSET 0
      ) p ON p.left_at IS NULL
      LEFT JOIN LATERAL (SELECT * FROM conversations x WHERE x.id = conversation OFFSET 0) c ON true
      LEFT JOIN LATERAL (
        SELECT * FROM messages x WHERE x.conversation_id = conversation AND x.seq = f.seq
        UNION ALL
        SELECT * FROM messages x WHERE x.id = f.id
      ) m ON m.conversation_id = conversation
  ), numbered AS MATERIALIZED (
    SELECT j.*, base + row_number() OVER (PARTITION BY j.outcome ORDER BY j.i) AS number,
           CASE WHEN j.outcome = 'move' AND j.read THEN j.to_seq ELSE j.read_seq END AS new_read,
           CASE WHEN j.outcome = 'move' THEN greatest(j.delivered_seq, j.to_seq) ELSE j.delivered_seq END AS new_delivered,
           CASE WHEN j.outcome = 'move' AND j.read THEN j.to_countable ELSE j.counted_read END AS new_counted
      FROM judged j
  ), counted AS (
    UPDATE conversation_receipts cr SET receipts = (SELECT max(n.number) FROM numbered n WHERE n.outcome = 'move')
     WHERE cr.conversation_id = conversation AND EXISTS (SELECT 1 FROM numbered n WHERE n.outcome = 'move')
  ), written AS (
    UPDATE conversation_participants p
       SET last_read_seq = n.new_read, last_delivered_seq = n.new_delivered, read_countable = n.new_counted,
           read_at = CASE WHEN n.read THEN moment ELSE p.read_at END,
           delivered_at = CASE WHEN n.new_delivered > n.delivered_seq THEN moment ELSE p.delivered_at END,
           receipts_version = n.number
      FROM numbered n
     WHERE p.conversation_id = conversation AND p.user_id = n.u AND n.outcome = 'move'
  ), ranges AS (
    INSERT INTO read_ranges (conversation_id, user_id, from_seq, to_seq, at)
    SELECT conversation, n.u, n.read_seq + 1, n.to_seq, moment FROM numbered n WHERE n.outcome = 'move' AND n.read
  )
  SELECT n.i, n.outcome, n.outcome = 'move', n.to_seq::float8, n.to_id,
         n.number::float8, (extract(epoch FROM moment) * 1000)::float8,
         n.new_read::float8, n.new_delivered::float8, (n.counted - n.new_counted)::float8,
         (SELECT count(*) FROM mentions e
           WHERE e.user_id = n.u AND e.conversation_id = conversation AND e.seq > n.new_read)::float8,
         n.head::float8, n.member_count
    FROM numbered n
   ORDER BY n.i;
END
$$;
