-- The audit log only grows, whoever is connected to the database.
CREATE OR REPLACE FUNCTION refuse_change_of_log() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  RAISE EXCEPTION 'The audit log only grows: % is refused.', TG_OP;
END
$$;
