CREATE TABLE "file_usage" (
	"uploader_id" uuid PRIMARY KEY NOT NULL,
	"bytes" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "file_usage" ADD CONSTRAINT "file_usage_uploader_id_users_id_fk" FOREIGN KEY ("uploader_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "resumable_uploads_open" ON "resumable_uploads" USING btree ("uploader_id") WHERE file_id IS NULL;
--> statement-breakpoint
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
--> statement-breakpoint
CREATE TRIGGER file_contents_usage AFTER UPDATE OF state ON file_contents FOR EACH ROW
  WHEN (OLD.rendition_of IS NULL AND OLD.state <> NEW.state AND 'stored' IN (OLD.state, NEW.state))
  EXECUTE FUNCTION count_file_usage();
--> statement-breakpoint
CREATE TRIGGER file_contents_usage_ended AFTER DELETE ON file_contents FOR EACH ROW
  WHEN (OLD.rendition_of IS NULL AND OLD.state = 'stored')
  EXECUTE FUNCTION count_file_usage();
--> statement-breakpoint
-- Nodes of the release before go on writing; the triggers above have locked them out until this is there, too.
INSERT INTO file_usage (uploader_id, bytes)
SELECT uploader_id, sum(size) FROM file_contents WHERE state = 'stored' AND rendition_of IS NULL GROUP BY uploader_id;
