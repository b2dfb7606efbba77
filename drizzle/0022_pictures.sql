ALTER TABLE "file_contents" ADD COLUMN "sent_sha256" "bytea";--> statement-breakpoint
ALTER TABLE "file_contents" ADD COLUMN "sent_size" bigint;--> statement-breakpoint
ALTER TABLE "file_contents" ADD COLUMN "examined_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "file_contents" ADD COLUMN "rendition_of" uuid;--> statement-breakpoint
ALTER TABLE "file_contents" ADD COLUMN "rendition" text;--> statement-breakpoint
CREATE INDEX "file_contents_sent" ON "file_contents" USING btree ("uploader_id","sent_sha256") WHERE sent_sha256 IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "file_contents_renditions" ON "file_contents" USING btree ("rendition_of","rendition") WHERE rendition_of IS NOT NULL AND state = 'stored';