CREATE TABLE "node_users" (
	"node_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "node_users_node_id_user_id_pk" PRIMARY KEY("node_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "node_users" ADD CONSTRAINT "node_users_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "node_users_user" ON "node_users" USING btree ("user_id");