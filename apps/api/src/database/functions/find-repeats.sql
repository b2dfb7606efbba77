-- Which of these messages are there already, each by its place from 0. Of one that has expired the hash is null: it is not kept.
-- The plan is made once in a session, perhaps while the table is empty, and kept. Several indexes begin with the conversation, and a
-- plan that took another one than `messages_idempotency` would read all of its messages ever after. So a range is asked for the
-- first in its order: only that index has this order, and a plan that sorts is forbidden, whatever the planner thinks of the sizes.
CREATE OR REPLACE FUNCTION find_repeats(owners uuid[], senders uuid[], keys uuid[], with_expired boolean)
RETURNS TABLE (place integer, id uuid, seq bigint, created_version bigint, created_at timestamptz, payload_hash bytea)
LANGUAGE plpgsql STABLE ROWS 1
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_sort = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT sent.place::integer - 1, original.*
    FROM unnest(owners, senders, keys) WITH ORDINALITY AS sent (conversation_id, sender_id, client_message_id, place)
    JOIN LATERAL (
      SELECT message.id, message.seq, message.created_version, message.created_at::timestamptz, message.payload_hash
        FROM messages message
       WHERE message.conversation_id = sent.conversation_id AND message.sender_id = sent.sender_id
         AND message.client_message_id BETWEEN sent.client_message_id AND sent.client_message_id
       ORDER BY message.client_message_id LIMIT 1) original ON true;
  IF with_expired THEN
    RETURN QUERY
    SELECT sent.place::integer - 1, original.*
      FROM unnest(owners, senders, keys) WITH ORDINALITY AS sent (conversation_id, sender_id, client_message_id, place)
      JOIN LATERAL (
        SELECT message.id, message.seq, message.created_version, message.created_at::timestamptz, NULL::bytea
          FROM expired_messages message
         WHERE message.conversation_id = sent.conversation_id AND message.sender_id = sent.sender_id
           AND message.client_message_id BETWEEN sent.client_message_id AND sent.client_message_id
         ORDER BY message.client_message_id LIMIT 1) original ON true;
  END IF;
END
$$;
