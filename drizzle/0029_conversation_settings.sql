CREATE TABLE "conversation_settings" (
	"user_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"notifications" text DEFAULT 'all' NOT NULL,
	"muted_until" timestamp (3) with time zone,
	"pinned_at" timestamp (3) with time zone,
	"hidden_seq" bigint,
	"unread_seq" bigint,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "conversation_settings_user_id_conversation_id_pk" PRIMARY KEY("user_id","conversation_id")
);
--> statement-breakpoint
ALTER TABLE "conversation_settings" ADD CONSTRAINT "conversation_settings_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversation_settings" ADD CONSTRAINT "conversation_settings_conversation_id_conversations_id_fk" FOREIGN KEY ("conversation_id") REFERENCES "public"."conversations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "conversation_settings_conversation" ON "conversation_settings" USING btree ("conversation_id");