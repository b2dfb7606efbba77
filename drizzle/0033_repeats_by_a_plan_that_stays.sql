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
--> statement-breakpoint
-- One batch of messages of many conversations: locks, decides and writes them in one transaction.
-- owners, senders, keys: conversation, sender and client message id of each row of the batch, for locks and repeats.
-- batch: an array in order of arrival, of which no two rows share conversation, sender and client message id. Its keys are
--        short, since each message carries them; `input` below gives them their names.
-- Of a message that is refused in any case, for its files, `q` says why; whoever sends it once more is answered all the same.
-- created_ms: of a message that is there, when it came; of outcome 'silenced', for how long yet.
-- reply: what is quoted, with the text from which its excerpt is cut.
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
  locked uuid[];
  some_expired boolean;
  moment timestamptz(3);
BEGIN
  IF waiting THEN
    SELECT array_agg(available.id), bool_or(available.first_seq > 1) INTO locked, some_expired FROM (
      SELECT conversation.id, conversation.first_seq FROM conversations conversation WHERE conversation.id = ANY (owners)
       ORDER BY conversation.id FOR NO KEY UPDATE) available;
  ELSE
    SELECT array_agg(available.id), bool_or(available.first_seq > 1) INTO locked, some_expired FROM (
      SELECT conversation.id, conversation.first_seq FROM conversations conversation WHERE conversation.id = ANY (owners)
       ORDER BY conversation.id FOR NO KEY UPDATE SKIP LOCKED) available;
  END IF;
  locked := coalesce(locked, '{}');

  PERFORM 1
    FROM unnest(owners, senders) AS sent (conversation_id, sender_id)
    JOIN conversation_participants participant
      ON participant.conversation_id = sent.conversation_id AND participant.user_id = sent.sender_id
   WHERE sent.conversation_id = ANY (locked)
   ORDER BY participant.conversation_id, participant.user_id
     FOR NO KEY UPDATE OF participant;

  moment := date_trunc('milliseconds', clock_timestamp());

  RETURN QUERY
  WITH input AS MATERIALIZED (
    SELECT sent.i AS place, sent.c AS conversation_id, sent.s AS sender_id, sent.b AS is_bot,
           sent.k AS client_message_id, sent.id, decode(sent.h, 'hex') AS payload_hash, sent.t AS type,
           sent.x AS content, sent.m AS metadata, sent.e AS excerpt, sent.z AS stored_bytes, sent.w AS tokens,
           sent.r AS reply_to_id, sent.n AS names, sent.f AS files, sent.q AS refusal
      FROM jsonb_to_recordset(batch) AS sent
        (i integer, c uuid, s uuid, b boolean, k uuid, id uuid, h text, t text, x text, m jsonb, e text, z integer,
         w text, r uuid, n jsonb, f jsonb, q text)
  ), judged AS MATERIALIZED (
    SELECT input.*, conversation.last_seq, conversation.version AS last_version,
           conversation.countable AS last_countable, greatest(moment, conversation.updated_at) AS created_at,
           sender.last_read_seq, original.id AS original_id, original.seq AS original_seq,
           original.created_version AS original_version, original.created_at AS original_created_at,
           quoted.seq AS quoted_seq, quoted.sender_id AS quoted_sender_id, quoted.text AS quoted_text,
           ceil(extract(epoch FROM sender.silenced_until - moment) * 1000)::float8 AS silenced_ms,
           CASE
             WHEN conversation.id IS NULL THEN
               CASE WHEN EXISTS (SELECT 1 FROM conversations other WHERE other.id = input.conversation_id)
                 THEN 'busy' ELSE 'not_found' END
             WHEN original.id IS NOT NULL AND original.payload_hash <> input.payload_hash THEN 'idempotency_conflict'
             WHEN original.id IS NOT NULL AND (sender.user_id IS NULL OR original.payload_hash IS NULL)
               THEN 'duplicate_hidden'
             WHEN original.id IS NOT NULL THEN 'duplicate'
             WHEN sender.user_id IS NULL THEN 'not_found'
             WHEN conversation.is_archived THEN 'archived'
             -- Nobody blocks themselves, so of the pair it is the other one.
             WHEN conversation.type = 'direct' AND EXISTS (
               SELECT 1 FROM user_blocks block
                WHERE block.blocker_id = ANY (string_to_array(conversation.direct_key, ':')::uuid[])
                  AND block.blocked_id = input.sender_id) THEN 'blocked'
             WHEN sender.silenced_until > moment THEN 'silenced'
             WHEN input.reply_to_id IS NOT NULL AND quoted.id IS NULL THEN 'reply_unknown'
             WHEN input.refusal IS NOT NULL THEN input.refusal
             ELSE 'new'
           END AS outcome
      FROM input
      -- OFFSET 0 keeps each look-up by itself: one probe of one index, whatever the planner thinks of the sizes.
      LEFT JOIN LATERAL (
        SELECT * FROM conversations found
         WHERE found.id = input.conversation_id AND input.conversation_id = ANY (locked) OFFSET 0
      ) conversation ON true
      LEFT JOIN LATERAL (
        SELECT * FROM conversation_participants found
         WHERE found.conversation_id = input.conversation_id AND found.user_id = input.sender_id OFFSET 0
      ) sender ON sender.left_at IS NULL
      LEFT JOIN find_repeats(owners, senders, keys, coalesce(some_expired, false)) original
        ON original.place = input.place AND conversation.id IS NOT NULL
      LEFT JOIN LATERAL (
        SELECT found.id, found.conversation_id, found.seq, found.sender_id,
               CASE WHEN found.deleted_at IS NOT NULL THEN '' ELSE coalesce(found.excerpt, found.content) END AS text
          FROM messages found WHERE found.id = input.reply_to_id OFFSET 0
      ) quoted ON quoted.conversation_id = input.conversation_id
  ), numbered AS MATERIALIZED (
    SELECT judged.*,
           row_number() OVER in_order AS nth, lead(judged.place) OVER in_order IS NULL AS is_last,
           row_number() OVER of_sender AS nth_of_sender, lead(judged.place) OVER of_sender IS NULL AS is_last_of_sender,
           CASE WHEN judged.outcome = 'new' AND judged.names IS NOT NULL THEN ARRAY (
             SELECT named.id
               FROM jsonb_array_elements_text(judged.names) AS name
               JOIN LATERAL (SELECT found.id FROM users found WHERE found.username = name OFFSET 0) named ON true
               JOIN LATERAL (
                 SELECT 1 FROM conversation_participants found
                  WHERE found.conversation_id = judged.conversation_id AND found.user_id = named.id
                    AND found.left_at IS NULL OFFSET 0) participant ON true
           ) ELSE '{}' END AS mentions
      FROM judged
    WINDOW in_order AS (PARTITION BY judged.conversation_id, judged.outcome ORDER BY judged.place),
           of_sender AS (PARTITION BY judged.conversation_id, judged.outcome, judged.sender_id ORDER BY judged.place)
  ), fresh AS NOT MATERIALIZED (
    SELECT numbered.*, numbered.last_seq + numbered.nth AS seq, numbered.last_version + numbered.nth AS version,
           numbered.last_countable + numbered.nth AS countable
      FROM numbered WHERE numbered.outcome = 'new'
  ), inserted AS (
    INSERT INTO messages (conversation_id, seq, id, client_message_id, sender_id, sender_type, type, content, metadata,
                          excerpt, stored_bytes, mentions, reply_to_id, reply_to_seq, reply_to_sender_id, payload_hash,
                          created_version, version, countable, created_at)
    SELECT fresh.conversation_id, fresh.seq, fresh.id, fresh.client_message_id, fresh.sender_id,
           CASE WHEN fresh.is_bot THEN 'bot' ELSE 'user' END, fresh.type, fresh.content, coalesce(fresh.metadata, '{}'),
           fresh.excerpt, fresh.stored_bytes, fresh.mentions, fresh.reply_to_id, fresh.quoted_seq,
           fresh.quoted_sender_id, fresh.payload_hash, fresh.version, fresh.version, fresh.countable, fresh.created_at
      FROM fresh
  ), findable AS (
    INSERT INTO message_search (conversation_id, seq, created_at, tokens)
    SELECT fresh.conversation_id, fresh.seq, fresh.created_at, array_to_tsvector(string_to_array(fresh.tokens, ' '))
      FROM fresh WHERE fresh.tokens IS NOT NULL
  ), carried AS (
    INSERT INTO message_files (conversation_id, seq, file_id)
    SELECT fresh.conversation_id, fresh.seq, file::uuid
      FROM fresh, jsonb_array_elements_text(fresh.files) AS file WHERE fresh.files IS NOT NULL
  ), postponed AS (
    -- Without a search, or by a node of the release before.
    INSERT INTO search_backlog AS backlog (conversation_id, from_seq, to_seq)
    SELECT fresh.conversation_id, min(fresh.seq), max(fresh.seq)
      FROM fresh WHERE fresh.tokens IS NULL GROUP BY fresh.conversation_id
    ON CONFLICT (conversation_id) DO UPDATE
       SET from_seq = least(backlog.from_seq, excluded.from_seq), to_seq = greatest(backlog.to_seq, excluded.to_seq)
  ), advanced AS (
    UPDATE conversations conversation
       SET last_seq = fresh.seq, version = fresh.version, countable = fresh.countable, updated_at = fresh.created_at
      FROM fresh
     WHERE conversation.id = fresh.conversation_id AND fresh.is_last
  ), marked AS (
    UPDATE conversation_participants participant
       SET last_read_seq = fresh.seq, last_delivered_seq = fresh.seq, read_countable = fresh.countable,
           read_at = fresh.created_at, delivered_at = fresh.created_at
      FROM fresh
     WHERE participant.conversation_id = fresh.conversation_id AND participant.user_id = fresh.sender_id
       AND fresh.is_last_of_sender
  ), ranged AS (
    -- Sending reads what others said before it.
    INSERT INTO read_ranges (conversation_id, user_id, from_seq, to_seq, at)
    SELECT fresh.conversation_id, fresh.sender_id, fresh.last_read_seq + 1, fresh.seq, fresh.created_at
      FROM fresh
     WHERE fresh.is_last_of_sender AND fresh.seq - fresh.last_read_seq > fresh.nth_of_sender
  ), noted AS (
    INSERT INTO mentions (user_id, conversation_id, seq)
    SELECT DISTINCT unnest(fresh.mentions), fresh.conversation_id, fresh.seq FROM fresh WHERE fresh.mentions <> '{}'
  )
  SELECT numbered.place, numbered.outcome,
         CASE WHEN numbered.outcome = 'new' THEN numbered.id ELSE numbered.original_id END,
         CASE WHEN numbered.outcome = 'new' THEN numbered.last_seq + numbered.nth ELSE numbered.original_seq END::float8,
         CASE WHEN numbered.outcome = 'new' THEN numbered.last_version + numbered.nth
           ELSE numbered.original_version END::float8,
         CASE WHEN numbered.outcome = 'silenced' THEN numbered.silenced_ms
           ELSE (extract(epoch FROM CASE WHEN numbered.outcome = 'new' THEN numbered.created_at
             ELSE numbered.original_created_at END) * 1000)::float8 END,
         numbered.mentions,
         CASE WHEN numbered.outcome = 'new' AND numbered.reply_to_id IS NOT NULL
           THEN jsonb_build_object('id', numbered.reply_to_id, 'seq', numbered.quoted_seq,
                                   'senderId', numbered.quoted_sender_id, 'excerpt', numbered.quoted_text) END
    FROM numbered;
END
$$;