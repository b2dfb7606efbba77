ALTER TABLE "node_users" ADD COLUMN "is_idle" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "is_away" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "is_hidden" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "presence_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "users_presence_at" ON "users" USING btree ("presence_at");--> statement-breakpoint
CREATE INDEX "users_updated_at" ON "users" USING btree ("updated_at");