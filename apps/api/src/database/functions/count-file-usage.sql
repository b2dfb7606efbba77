-- Keeps the sum by which the quota of a user is judged: it follows each content that comes into use and goes out of it.
CREATE OR REPLACE FUNCTION count_file_usage() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO file_usage AS counted (uploader_id, bytes)
  VALUES (OLD.uploader_id,
          CASE WHEN TG_OP = 'UPDATE' AND NEW.state = 'stored' THEN NEW.size ELSE 0 END
          - CASE WHEN OLD.state = 'stored' THEN OLD.size ELSE 0 END)
  ON CONFLICT (uploader_id) DO UPDATE SET bytes = counted.bytes + excluded.bytes;
  RETURN NULL;
END
$$;
