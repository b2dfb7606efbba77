import { sql } from 'drizzle-orm';
import { index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { counter, time } from './columns.js';
import { fileContents, files } from './files.js';
import { users } from './users.js';

const now = sql`date_trunc('milliseconds', now())`;

/** Uploads that come in several requests, until a day after the last of them. */
export const resumableUploads = pgTable(
  'resumable_uploads',
  {
    id: uuid('id').primaryKey(),
    uploaderId: uuid('uploader_id')
      .notNull()
      .references(() => users.id),
    /** The client's own, else the id: its file is there once, however often the upload is brought to its end. */
    clientUploadId: uuid('client_upload_id').notNull(),
    name: text('name').notNull(),
    size: counter('size').notNull(),
    /** What stands in its parts, and so survives its node. */
    received: counter('received').notNull().default(0),
    partCount: integer('part_count').notNull().default(0),
    /** The request that writes to it: one that was replaced adds nothing more, on whichever node it is. */
    writer: uuid('writer'),
    /** What came of it; null until all is there. */
    fileId: uuid('file_id').references(() => files.id, { onDelete: 'cascade' }),
    touchedAt: time('touched_at').notNull().default(now),
  },
  (t) => [
    uniqueIndex('resumable_uploads_once').on(t.uploaderId, t.clientUploadId),
    // Of one user there are few, and each upload counts them.
    index('resumable_uploads_open').on(t.uploaderId).where(sql`file_id IS NULL`),
    index('resumable_uploads_touched').on(t.touchedAt),
    index('resumable_uploads_file').on(t.fileId),
  ],
);

/** What has come of such an upload, in contents of their own, until they become one. */
export const uploadParts = pgTable(
  'upload_parts',
  {
    uploadId: uuid('upload_id')
      .notNull()
      .references(() => resumableUploads.id),
    start: counter('start').notNull(),
    contentId: uuid('content_id')
      .notNull()
      .references(() => fileContents.id),
  },
  (t) => [primaryKey({ columns: [t.uploadId, t.start] }), index('upload_parts_content').on(t.contentId)],
);
