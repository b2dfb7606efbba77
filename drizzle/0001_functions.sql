INSERT INTO deployment (id, epoch) VALUES (1, gen_random_uuid());
--> statement-breakpoint
-- One batch of messages of many conversations: locks, decides and writes them in one transaction.
-- owners, senders, keys: conversation, sender and client message id of each row of the batch, for locks and repeats.
-- batch: [{i, c conversation, s sender, b is a bot, k client message id, id, h hash in hex, t type, x content,
--          m metadata, r replied-to id, n mentioned names}], in order of arrival; no two rows share c, s and k.
-- waiting: false passes over conversations that someone else holds (outcome 'busy'), true waits for them.
-- It must be VOLATILE: each statement then sees what the locks before it waited for.
CREATE FUNCTION write_messages(owners uuid[], senders uuid[], keys uuid[], batch jsonb, waiting boolean)
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
      (i integer, c uuid, s uuid, b boolean, k uuid, id uuid, h text, t text, x text, m jsonb, r uuid, n jsonb)
  ), judged AS MATERIALIZED (
    SELECT f.*, c.last_seq, c.version AS head, c.countable AS counted, greatest(moment, c.updated_at) AS at,
           p.last_read_seq, d.id AS d_id, d.seq AS d_seq, d.created_version AS d_version, d.created_at AS d_at,
           q.seq AS q_seq, q.sender_id AS q_sender, left(q.content, 140) AS q_excerpt,
           CASE
             WHEN c.id IS NULL THEN
               CASE WHEN EXISTS (SELECT 1 FROM conversations e WHERE e.id = f.c) THEN 'busy' ELSE 'not_found' END
             WHEN d.id IS NOT NULL AND d.payload_hash <> decode(f.h, 'hex') THEN 'idempotency_conflict'
             WHEN d.id IS NOT NULL AND p.user_id IS NULL THEN 'duplicate_hidden'
             WHEN d.id IS NOT NULL THEN 'duplicate'
             WHEN p.user_id IS NULL THEN 'not_found'
             WHEN c.is_archived THEN 'archived'
             WHEN f.r IS NOT NULL AND q.id IS NULL THEN 'reply_unknown'
             WHEN f.r IS NOT NULL AND q.deleted_at IS NOT NULL THEN 'reply_deleted'
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
        SELECT * FROM messages x WHERE x.id = f.r OFFSET 0) q ON q.conversation_id = f.c
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
                          mentions, reply_to_id, reply_to_seq, reply_to_sender_id, reply_excerpt, payload_hash,
                          created_version, version, countable, created_at)
    SELECT n.c, n.last_seq + n.nth, n.id, n.k, n.s, CASE WHEN n.b THEN 'bot' ELSE 'user' END, n.t, n.x,
           coalesce(n.m, '{}'), n.named, n.r, n.q_seq, n.q_sender, n.q_excerpt, decode(n.h, 'hex'),
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
--> statement-breakpoint
-- Moves read and delivered watermarks of several members of one conversation; at most one mark a user and call.
-- marks: [{i, u user, read boolean, seq | id}]. Each one that moves takes the conversation's next receipts number.
CREATE FUNCTION move_watermarks(conversation uuid, marks jsonb)
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
  PERFORM 1
    FROM jsonb_to_recordset(marks) AS f (u uuid)
    JOIN conversation_participants p ON p.conversation_id = conversation AND p.user_id = f.u
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
--> statement-breakpoint
-- These rows are updated with every message or mark: room on their pages keeps the updates off the indexes.
ALTER TABLE conversations SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE conversation_receipts SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE conversation_participants SET (fillfactor = 60);
--> statement-breakpoint
-- Where many conversations have one message and one has a million, the average says that a conversation is a row, and any
-- index that begins with it looks as good as the one that finds a repeat. This says: take it for many.
ALTER TABLE messages ALTER COLUMN conversation_id SET (n_distinct = 200);
--> statement-breakpoint
-- Direct conversations as pairs of sender and receiver (S3.2).
CREATE VIEW private_messages AS
SELECT m.id, m.sender_id, o.user_id AS receiver_id, m.content, m.created_at, o.last_read_seq >= m.seq AS is_read
  FROM conversations c
  JOIN messages m ON m.conversation_id = c.id
  JOIN conversation_participants o ON o.conversation_id = c.id AND o.user_id <> m.sender_id
 WHERE c.type = 'direct' AND m.type <> 'system';
