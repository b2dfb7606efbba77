ALTER TABLE "users" ADD COLUMN "claimed_name" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "claimed_picture" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "claims_issued_ms" bigint;