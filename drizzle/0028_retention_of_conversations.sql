ALTER TABLE "conversations" ADD COLUMN "retention_days" integer;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "is_held" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "conversations_own_retention" ON "conversations" USING btree ("id") WHERE retention_days IS NOT NULL;