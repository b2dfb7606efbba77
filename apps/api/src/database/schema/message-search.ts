import { index, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core';
import { counter, time, tsvector } from './columns.js';

/**
 * What messages are found by: a row a message that has a text to be searched, none of tombstones and system messages.
 * Apart from the messages, since every change of a row would write its place into the index once more for each token, and
 * reactions are such changes.
 */
export const messageSearch = pgTable(
  'message_search',
  {
    conversationId: uuid('conversation_id').notNull(),
    seq: counter('seq').notNull(),
    createdAt: time('created_at').notNull(),
    /** Made by the application (`modules/search-text`), so that every database finds the same. */
    tokens: tsvector('tokens').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.seq] }),
    // New rows wait in a list of their own, which a node empties every second: no writer has to.
    index('message_search_tokens').using('gin', t.tokens).with({ fastupdate: true, gin_pending_list_limit: 65_536 }),
    index('message_search_newest').on(t.createdAt, t.conversationId, t.seq),
  ],
);

/**
 * Stretches of history that have no tokens yet: written without, or before there was a search. One a conversation, so
 * there are never many; what has tokens already may be among it.
 */
export const searchBacklog = pgTable('search_backlog', {
  conversationId: uuid('conversation_id').primaryKey(),
  fromSeq: counter('from_seq').notNull(),
  toSeq: counter('to_seq').notNull(),
});
