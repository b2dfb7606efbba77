CREATE TABLE "conversation_keys" (
	"conversation_id" uuid PRIMARY KEY NOT NULL,
	"wrapped_by" text,
	"wrapped" "bytea",
	"plain_to" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deployment_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"proof" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT date_trunc('milliseconds', now()) NOT NULL
);
--> statement-breakpoint
ALTER TABLE "conversation_keys" ADD CONSTRAINT "conversation_keys_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_keys" ADD CONSTRAINT "conversation_keys_wrapped_by_deployment_keys_id_fk" FOREIGN KEY ("wrapped_by") REFERENCES "public"."deployment_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversation_keys_wrapped_by" ON "conversation_keys" USING btree ("wrapped_by");--> statement-breakpoint
CREATE INDEX "conversation_keys_plain" ON "conversation_keys" USING btree ("conversation_id") WHERE plain_to IS NOT NULL;