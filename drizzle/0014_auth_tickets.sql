CREATE TABLE "auth_tickets" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"sealed_token" "bytea" NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "auth_tickets_expiry" ON "auth_tickets" USING btree ("expires_at");