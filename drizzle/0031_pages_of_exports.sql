CREATE INDEX "files_uploader" ON "files" USING btree ("uploader_id","id");--> statement-breakpoint
CREATE INDEX "message_reports_reporter" ON "message_reports" USING btree ("reporter_id","id");