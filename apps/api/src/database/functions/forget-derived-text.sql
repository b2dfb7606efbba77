-- Whoever changes a text also writes what is derived from it (apps/api/src/modules/conversation-log/derived-text.ts). Nodes
-- of the release before do not: what was derived from the text before is forgotten then, and read from the text itself.
CREATE OR REPLACE FUNCTION forget_derived_text() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.excerpt IS NOT DISTINCT FROM OLD.excerpt THEN
    NEW.excerpt := NULL;
  END IF;
  IF NEW.stored_bytes IS NOT DISTINCT FROM OLD.stored_bytes THEN
    NEW.stored_bytes := NULL;
  END IF;
  RETURN NEW;
END
$$;
