ALTER TABLE "users" ADD COLUMN "folded_name" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "folded_from" text;--> statement-breakpoint
CREATE INDEX "users_folded_name_prefix" ON "users" USING btree ("folded_name" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "users_not_folded" ON "users" USING btree ("id") WHERE folded_from IS DISTINCT FROM display_name;