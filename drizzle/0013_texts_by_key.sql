-- Custom SQL migration file, put your code below! --
--> statement-breakpoint
-- Whoever changes a text also writes what is derived from it (apps/api/src/modules/conversation-log/derived-text.ts). Nodes
-- of the release before do not: what was derived from the text before is forgotten then, and read from the text itself.
CREATE OR REPLACE FUNCTION forget_derived_text() RETURNS trigger
LANGUAGE plpgsql
-- Its plans are made once, perhaps while the tables are empty, and kept.
SET enable_seqscan = off
AS $$
BEGIN
  IF NEW.excerpt IS NOT DISTINCT FROM OLD.excerpt THEN
    NEW.excerpt := NULL;
  END IF;
  IF NEW.stored_bytes IS NOT DISTINCT FROM OLD.stored_bytes THEN
    NEW.stored_bytes := NULL;
  END IF;
  -- Whoever makes new tokens takes it from the backlog again.
  IF NEW.content IS DISTINCT FROM OLD.content THEN
    DELETE FROM message_search found WHERE found.conversation_id = NEW.conversation_id AND found.seq = NEW.seq;
    INSERT INTO search_backlog AS backlog (conversation_id, from_seq, to_seq)
    SELECT NEW.conversation_id, NEW.seq, NEW.seq WHERE NEW.deleted_at IS NULL
    ON CONFLICT (conversation_id) DO UPDATE
       SET from_seq = least(backlog.from_seq, excluded.from_seq), to_seq = greatest(backlog.to_seq, excluded.to_seq);
  END IF;
  RETURN NEW;
END
$$;