-- Words that were edited or deleted since stay nowhere. First, as it may take long: what follows locks the table whole.
UPDATE messages SET reply_excerpt = NULL WHERE reply_excerpt IS NOT NULL;
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "stored_bytes" integer;
--> statement-breakpoint
-- As much of a text as its first 140 graphemes may take: of ASCII, where CR LF is one, twice as many characters and what
-- follows; of anything else there is no knowing without the tables.
CREATE FUNCTION text_for_excerpt(content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN octet_length(left($1, 282)) = length(left($1, 282)) THEN left($1, 282) ELSE $1 END
$$;
--> statement-breakpoint
-- Counted by whoever writes a new message; by this wherever a message is changed.
CREATE FUNCTION count_stored_bytes() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  NEW.stored_bytes := octet_length(NEW.content) + octet_length(NEW.metadata::text);
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER messages_stored_bytes BEFORE UPDATE OF content, metadata ON messages
FOR EACH ROW EXECUTE FUNCTION count_stored_bytes();
--> statement-breakpoint
-- One batch of messages of many conversations: locks, decides and writes them in one transaction.
-- owners, senders, keys: conversation, sender and client message id of each row of the batch, for locks and repeats.
-- batch: [{i, c conversation, s sender, b is a bot, k client message id, id, h hash in hex, t type, x content,
--          m metadata, z bytes of text and metadata, r replied-to id, n mentioned names}], in order of arrival; no two
--         rows share c, s and k.
-- reply: what is quoted, with as much of its present text as its first 140 graphemes may take.
-- waiting: false passes over conversations that someone else holds (outcome 'busy'), true waits for them.
-- It must be VOLATILE: each statement then sees what the locks before it waited for.
CREATE OR REPLACE FUNCTION write_messages(owners uuid[], senders uuid[], keys uuid[], batch jsonb, waiting boolean)
RETURNS TABLE (i integer, outcome text, message_id uuid, seq float8, version float8, created_ms float8,
               mentioned uuid[], reply jsonb)
LANGUAGE plpgsql VOLATILE
-- Plans are made once, perhaps while the tables are empty, and kept: only ones that suit large tables will do.
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
  held uuid[];
  moment timestamptz(3);
  repeats integer[];
  repeat_ids uuid[];
  repeat_seqs bigint[];
  repeat_versions bigint[];
  repeat_times timestamptz[];
  repeat_hashes bytea[];
BEGIN
  IF waiting THEN
    SELECT array_agg(l.id) INTO held FROM (
      SELECT c.id FROM conversations c WHERE c.id = ANY (owners) ORDER BY c.id FOR NO KEY UPDATE) l;
  ELSE
    SELECT array_agg(l.id) INTO held FROM (
      SELECT c.id FROM conversations c WHERE c.id = ANY (owners) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED) l;
  END IF;
  held := coalesce(held, '{}');

  PERFORM 1
    FROM (SELECT DISTINCT w.c, w.s FROM unnest(owners, senders) AS w (c, s) WHERE w.c = ANY (held)) w
    JOIN conversation_participants p ON p.conversation_id = w.c AND p.user_id = w.s
   ORDER BY p.conversation_id, p.user_id
     FOR NO KEY UPDATE OF p;

  -- Planned anew each time: a plan that was made while the table was small might keep to an index that finds the
  -- conversation only, and read all of its messages ever after.
  EXECUTE $repeats$
    SELECT array_agg(w.i - 1), array_agg(d.id), array_agg(d.seq), array_agg(d.created_version),
           array_agg(d.created_at), array_agg(d.payload_hash)
      FROM unnest($1, $2, $3) WITH ORDINALITY AS w (c, s, k, i)
      JOIN LATERAL (
        SELECT * FROM messages x
         WHERE x.conversation_id = w.c AND x.sender_id = w.s AND x.client_message_id = w.k OFFSET 0) d ON true
  $repeats$
  INTO repeats, repeat_ids, repeat_seqs, repeat_versions, repeat_times, repeat_hashes
  USING owners, senders, keys;

  moment := date_trunc('milliseconds', clock_timestamp());

  RETURN QUERY
  WITH input AS MATERIALIZED (
    SELECT r.* FROM jsonb_to_recordset(batch) AS r
      (i integer, c uuid, s uuid, b boolean, k uuid, id uuid, h text, t text, x text, m jsonb, r uuid, n jsonb, z integer)
  ), judged AS MATERIALIZED (
    SELECT f.*, c.last_seq, c.version AS head, c.countable AS counted, greatest(moment, c.updated_at) AS at,
           p.last_read_seq, d.id AS d_id, d.seq AS d_seq, d.created_version AS d_version, d.created_at AS d_at,
           q.seq AS q_seq, q.sender_id AS q_sender, q.excerpt AS q_excerpt,
           CASE
             WHEN c.id IS NULL THEN
               CASE WHEN EXISTS (SELECT 1 FROM conversations e WHERE e.id = f.c) THEN 'busy' ELSE 'not_found' END
             WHEN d.id IS NOT NULL AND d.payload_hash <> decode(f.h, 'hex') THEN 'idempotency_conflict'
             WHEN d.id IS NOT NULL AND p.user_id IS NULL THEN 'duplicate_hidden'
             WHEN d.id IS NOT NULL THEN 'duplicate'
             WHEN p.user_id IS NULL THEN 'not_found'
             WHEN c.is_archived THEN 'archived'
             WHEN f.r IS NOT NULL AND q.id IS NULL THEN 'reply_unknown'
             ELSE 'new'
           END AS outcome
      FROM input f
      -- OFFSET 0 keeps each look-up by itself: one probe of one index, whatever the planner thinks of the sizes.
      LEFT JOIN LATERAL (
        SELECT * FROM conversations x WHERE x.id = f.c AND f.c = ANY (held) OFFSET 0) c ON true
      LEFT JOIN LATERAL (
        SELECT * FROM conversation_participants x WHERE x.conversation_id = f.c AND x.user_id = f.s OFFSET 0
      ) p ON p.left_at IS NULL
      LEFT JOIN unnest(repeats, repeat_ids, repeat_seqs, repeat_versions, repeat_times, repeat_hashes)
        AS d (i, id, seq, created_version, created_at, payload_hash) ON d.i = f.i AND c.id IS NOT NULL
      LEFT JOIN LATERAL (
        SELECT x.id, x.conversation_id, x.seq, x.sender_id,
               CASE WHEN x.deleted_at IS NOT NULL THEN '' ELSE text_for_excerpt(x.content) END AS excerpt
          FROM messages x WHERE x.id = f.r OFFSET 0) q ON q.conversation_id = f.c
  ), numbered AS MATERIALIZED (
    SELECT j.*,
           row_number() OVER (PARTITION BY j.c, j.outcome ORDER BY j.i) AS nth,
           row_number() OVER (PARTITION BY j.c, j.outcome ORDER BY j.i DESC) = 1 AS last_here,
           row_number() OVER (PARTITION BY j.c, j.outcome, j.s ORDER BY j.i DESC) = 1 AS last_of_sender,
           count(*) OVER (PARTITION BY j.c, j.outcome, j.s) AS own,
           CASE WHEN j.outcome = 'new' AND j.n IS NOT NULL THEN ARRAY (
             SELECT u.id
               FROM jsonb_array_elements_text(j.n) AS name
               JOIN LATERAL (SELECT x.id FROM users x WHERE x.username = name OFFSET 0) u ON true
               JOIN LATERAL (
                 SELECT 1 FROM conversation_participants x
                  WHERE x.conversation_id = j.c AND x.user_id = u.id AND x.left_at IS NULL OFFSET 0) o ON true
           ) ELSE '{}' END AS named
      FROM judged j
  ), inserted AS (
    INSERT INTO messages (conversation_id, seq, id, client_message_id, sender_id, sender_type, type, content, metadata,
                          mentions, reply_to_id, reply_to_seq, reply_to_sender_id, payload_hash, stored_bytes,
                          created_version, version, countable, created_at)
    SELECT n.c, n.last_seq + n.nth, n.id, n.k, n.s, CASE WHEN n.b THEN 'bot' ELSE 'user' END, n.t, n.x,
           coalesce(n.m, '{}'), n.named, n.r, n.q_seq, n.q_sender, decode(n.h, 'hex'), n.z,
           n.head + n.nth, n.head + n.nth, n.counted + n.nth, n.at
      FROM numbered n WHERE n.outcome = 'new'
  ), moved AS (
    UPDATE conversations c
       SET last_seq = n.last_seq + n.nth, version = n.head + n.nth, countable = n.counted + n.nth, updated_at = n.at
      FROM numbered n
     WHERE c.id = n.c AND n.outcome = 'new' AND n.last_here
  ), own_marks AS (
    UPDATE conversation_participants p
       SET last_read_seq = n.last_seq + n.nth, last_delivered_seq = n.last_seq + n.nth,
           read_countable = n.counted + n.nth, read_at = n.at, delivered_at = n.at
      FROM numbered n
     WHERE p.conversation_id = n.c AND p.user_id = n.s AND n.outcome = 'new' AND n.last_of_sender
  ), ranges AS (
    -- Sending reads what others said before it.
    INSERT INTO read_ranges (conversation_id, user_id, from_seq, to_seq, at)
    SELECT n.c, n.s, n.last_read_seq + 1, n.last_seq + n.nth, n.at
      FROM numbered n
     WHERE n.outcome = 'new' AND n.last_of_sender AND n.last_seq + n.nth - n.last_read_seq > n.own
  ), noted AS (
    INSERT INTO mentions (user_id, conversation_id, seq)
    SELECT DISTINCT unnest(n.named), n.c, n.last_seq + n.nth FROM numbered n WHERE n.outcome = 'new' AND n.named <> '{}'
  )
  SELECT n.i, n.outcome,
         CASE WHEN n.outcome = 'new' THEN n.id ELSE n.d_id END,
         CASE WHEN n.outcome = 'new' THEN n.last_seq + n.nth ELSE n.d_seq END::float8,
         CASE WHEN n.outcome = 'new' THEN n.head + n.nth ELSE n.d_version END::float8,
         (extract(epoch FROM CASE WHEN n.outcome = 'new' THEN n.at ELSE n.d_at END) * 1000)::float8,
         n.named,
         CASE WHEN n.outcome = 'new' AND n.r IS NOT NULL
           THEN jsonb_build_object('id', n.r, 'seq', n.q_seq, 'senderId', n.q_sender, 'excerpt', n.q_excerpt) END
    FROM numbered n;
END
$$;
