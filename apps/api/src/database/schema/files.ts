import { sql } from 'drizzle-orm';
import { foreignKey, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { bytes, counter, time } from './columns.js';
import { messages } from './messages.js';
import { users } from './users.js';

const now = sql`date_trunc('milliseconds', now())`;

/**
 * What has been, is being or will be no longer stored: a row for everything in the store, from before its first byte until
 * after its last. The same content of one uploader is there once.
 */
export const fileContents = pgTable(
  'file_contents',
  {
    /** Also what the store knows it by. */
    id: uuid('id').primaryKey(),
    uploaderId: uuid('uploader_id')
      .notNull()
      .references(() => users.id),
    /** Only what is `stored` can be a file's; of a `part` of an upload the size is known, of anything else its place alone. */
    state: text('state', { enum: ['writing', 'part', 'stored', 'removing'] }).notNull(),
    sha256: bytes('sha256'),
    size: counter('size'),
    /** Of what was sent, where that is not what is stored: pictures are stored without what they say about their making. */
    sentSha256: bytes('sent_sha256'),
    sentSize: counter('sent_size'),
    /** By its first bytes; null where those say nothing. */
    mediaType: text('media_type'),
    width: integer('width'),
    height: integer('height'),
    durationMs: integer('duration_ms'),
    /** Of audio: how loud it is, a byte from 0 to 100 for each of its parts. */
    waveform: bytes('waveform'),
    /** A very small picture, to be shown until the real one is there. */
    placeholder: text('placeholder'),
    /** When it was found out what stands in the last five, or that nothing can be; null: not yet. */
    examinedAt: time('examined_at'),
    /** The content that this one was made of, and as what; it goes with it. */
    renditionOf: uuid('rendition_of'),
    rendition: text('rendition'),
    /** When it was begun, or last made somebody's file: who cleans up sees by it what came to be meanwhile. */
    usedAt: time('used_at').notNull().default(now),
  },
  (t) => [
    index('file_contents_same').on(t.uploaderId, t.sha256),
    index('file_contents_sent').on(t.uploaderId, t.sentSha256).where(sql`sent_sha256 IS NOT NULL`),
    // Also the last guard against two nodes that make the same at once.
    uniqueIndex('file_contents_renditions')
      .on(t.renditionOf, t.rendition)
      .where(sql`rendition_of IS NOT NULL AND state = 'stored'`),
    // There are few of these at any time.
    index('file_contents_passing').on(t.state, t.usedAt).where(sql`state <> 'stored'`),
  ],
);

/**
 * How many bytes of somebody's files are stored, for the quota: a sum that does not have to be reckoned anew with each upload. A
 * trigger on the contents keeps it, so that nodes of the release before do too.
 */
export const fileUsage = pgTable('file_usage', {
  uploaderId: uuid('uploader_id')
    .primaryKey()
    .references(() => users.id),
  bytes: counter('bytes').notNull(),
});

/** What somebody has uploaded, by the name that it has there. */
export const files = pgTable(
  'files',
  {
    id: uuid('id').primaryKey(),
    uploaderId: uuid('uploader_id')
      .notNull()
      .references(() => users.id),
    clientUploadId: uuid('client_upload_id'),
    contentId: uuid('content_id')
      .notNull()
      .references(() => fileContents.id),
    name: text('name').notNull(),
    createdAt: time('created_at').notNull().default(now),
    /**
     * Since when it may be that no message carries it: since it was uploaded, named by a send, or a message that carried it was
     * deleted. Null once one was found that does.
     */
    looseSince: time('loose_since').default(now),
  },
  (t) => [
    uniqueIndex('files_once').on(t.uploaderId, t.clientUploadId),
    // All of somebody's, page by page.
    index('files_uploader').on(t.uploaderId, t.id),
    index('files_content').on(t.contentId),
    index('files_loose').on(t.looseSince).where(sql`loose_since IS NOT NULL`),
  ],
);

/** Which messages carry which files: who may read a file follows from it, and whether anybody may. */
export const messageFiles = pgTable(
  'message_files',
  {
    conversationId: uuid('conversation_id').notNull(),
    seq: counter('seq').notNull(),
    fileId: uuid('file_id')
      .notNull()
      .references(() => files.id),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.seq, t.fileId] }),
    index('message_files_file').on(t.fileId),
    foreignKey({
      name: 'message_files_message',
      columns: [t.conversationId, t.seq],
      foreignColumns: [messages.conversationId, messages.seq],
    }).onDelete('cascade'),
  ],
);
