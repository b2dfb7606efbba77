-- The messages that have such tokens, in no order, at most so many. A function, since the planner would rather read the
-- newest rows until enough of them fit, which takes for ever where few do; the caller knows which words are rare.
CREATE OR REPLACE FUNCTION find_by_tokens(wanted tsquery, most integer)
RETURNS TABLE (conversation_id uuid, seq bigint, created_at timestamptz)
LANGUAGE sql STABLE
SET enable_seqscan = off
SET enable_indexscan = off
SET jit = off
AS $$
  SELECT found.conversation_id, found.seq, found.created_at FROM message_search found
   WHERE found.tokens @@ wanted LIMIT most
$$;
