-- Moves read and delivered markers of several members of one conversation; at most one marker a user and call.
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
  last_receipts bigint;
  moment timestamptz(3);
BEGIN
  SELECT counter.receipts INTO last_receipts
    FROM conversation_receipts counter WHERE counter.conversation_id = conversation FOR NO KEY UPDATE;
  -- By an array, so that the index finds these members: joined, all members of the conversation were read for each mark.
  PERFORM 1
    FROM conversation_participants participant
   WHERE participant.conversation_id = conversation
     AND participant.user_id = ANY (ARRAY (SELECT mark.u FROM jsonb_to_recordset(marks) AS mark (u uuid)))
   ORDER BY participant.user_id
     FOR NO KEY UPDATE OF participant;
  moment := date_trunc('milliseconds', clock_timestamp());

  RETURN QUERY
  WITH judged AS MATERIALIZED (
    SELECT mark.i AS place, mark.u AS user_id, mark.read AS is_read,
           message.seq AS mark_seq, message.id AS message_id, message.countable AS mark_countable,
           member.last_read_seq, member.last_delivered_seq, member.read_countable,
           talk.last_seq, talk.countable, talk.expired_countable, talk.member_count,
           CASE
             WHEN member.user_id IS NULL THEN 'not_found'
             WHEN mark.seq = 0 THEN 'done'
             WHEN message.id IS NULL AND mark.id IS NOT NULL THEN 'not_found'
             -- What has expired is nobody's unread message: there is nothing to move for.
             WHEN message.id IS NULL AND mark.seq < talk.first_seq THEN 'done'
             WHEN message.id IS NULL THEN 'beyond'
             WHEN message.seq > CASE WHEN mark.read THEN member.last_read_seq ELSE member.last_delivered_seq END
               THEN 'move'
             ELSE 'done'
           END AS outcome
      FROM jsonb_to_recordset(marks) AS mark (i integer, u uuid, read boolean, seq bigint, id uuid)
      LEFT JOIN LATERAL (
        SELECT * FROM conversation_participants found
         WHERE found.conversation_id = conversation AND found.user_id = mark.u OFFSET 0
      ) member ON member.left_at IS NULL
      LEFT JOIN LATERAL (SELECT * FROM conversations found WHERE found.id = conversation OFFSET 0) talk ON true
      LEFT JOIN LATERAL (
        SELECT * FROM messages found WHERE found.conversation_id = conversation AND found.seq = mark.seq
        UNION ALL
        SELECT * FROM messages found WHERE found.id = mark.id
      ) message ON message.conversation_id = conversation
  ), numbered AS MATERIALIZED (
    SELECT judged.*, last_receipts + row_number() OVER (PARTITION BY judged.outcome ORDER BY judged.place) AS number,
           CASE WHEN judged.outcome = 'move' AND judged.is_read THEN judged.mark_seq
             ELSE judged.last_read_seq END AS new_read_seq,
           CASE WHEN judged.outcome = 'move' THEN greatest(judged.last_delivered_seq, judged.mark_seq)
             ELSE judged.last_delivered_seq END AS new_delivered_seq,
           CASE WHEN judged.outcome = 'move' AND judged.is_read THEN judged.mark_countable
             ELSE judged.read_countable END AS new_read_countable
      FROM judged
  ), counted AS (
    UPDATE conversation_receipts counter
       SET receipts = (SELECT max(numbered.number) FROM numbered WHERE numbered.outcome = 'move')
     WHERE counter.conversation_id = conversation
       AND EXISTS (SELECT 1 FROM numbered WHERE numbered.outcome = 'move')
  ), written AS (
    UPDATE conversation_participants participant
       SET last_read_seq = numbered.new_read_seq, last_delivered_seq = numbered.new_delivered_seq,
           read_countable = numbered.new_read_countable,
           read_at = CASE WHEN numbered.is_read THEN moment ELSE participant.read_at END,
           delivered_at = CASE WHEN numbered.new_delivered_seq > numbered.last_delivered_seq THEN moment
             ELSE participant.delivered_at END,
           receipts_version = numbered.number
      FROM numbered
     WHERE participant.conversation_id = conversation AND participant.user_id = numbered.user_id
       AND numbered.outcome = 'move'
  ), ranged AS (
    INSERT INTO read_ranges (conversation_id, user_id, from_seq, to_seq, at)
    SELECT conversation, numbered.user_id, numbered.last_read_seq + 1, numbered.mark_seq, moment
      FROM numbered WHERE numbered.outcome = 'move' AND numbered.is_read
  )
  SELECT numbered.place, numbered.outcome, numbered.outcome = 'move', numbered.mark_seq::float8, numbered.message_id,
         numbered.number::float8, (extract(epoch FROM moment) * 1000)::float8,
         numbered.new_read_seq::float8, numbered.new_delivered_seq::float8,
         (numbered.countable - greatest(numbered.new_read_countable, numbered.expired_countable))::float8,
         (SELECT count(*) FROM mentions mention
           WHERE mention.user_id = numbered.user_id AND mention.conversation_id = conversation
             AND mention.seq > numbered.new_read_seq)::float8,
         numbered.last_seq::float8, numbered.member_count
    FROM numbered
   ORDER BY numbered.place;
END
$$;
