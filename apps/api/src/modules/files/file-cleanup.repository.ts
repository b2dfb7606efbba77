import { Injectable } from '@nestjs/common';
import { eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Availability } from '../../database/availability.js';
import { Database, type Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { rowsOf } from '../../database/rows-of.js';
import { fileContents, files, messageFiles, resumableUploads, uploadParts } from '../../database/schema/index.js';
import { avatarUrlOf } from '../users/index.js';

/** Of the advisory locks of this database, the one under which files are cleaned up: by one node at a time. */
const CLEANUP_LOCK = 7_265_003_041;

/** What one step of the clean-up has looked at, and what is to be removed from the store next. */
export interface CleanupStep {
  /** Files that it has looked at, those that were kept included, or uploads, if those are more. */
  looked: number;
  forgotten: number;
  /** Contents that are out of use, also those that a node which was killed has left. */
  contentIds: string[];
}

/** What keeps a file: it is its uploader's picture, or a message carries it. */
type Use = 'avatar' | 'carried';

/** Files that no message carries, uploads that were given up, and contents that are no file's. */
@Injectable()
export class FileCleanupRepository {
  constructor(private readonly database: Database) {}

  get availability(): Availability {
    return this.database.availability;
  }

  /**
   * Forgets files that no message has carried for so long, and takes their contents out of use, and those that somebody began to
   * write so long ago. Null where another node is at it.
   */
  step(olderThanMs: number, most: number): Promise<CleanupStep | null> {
    return this.database.transaction(async (tx) => {
      const rows = await rowsOf<{ mine: boolean }>(tx, sql`SELECT pg_try_advisory_xact_lock(${CLEANUP_LOCK}) AS mine`);
      if (!rows[0]?.mine) return null;
      const before = sql`now() - ${olderThanMs}::float8 * interval '1 millisecond'`;
      const looked = await this.loose(tx, before, most);
      const idsOf = (use: Use) => looked.filter((file) => file.use === use).map(({ id }) => id);
      const [carried, avatars] = [idsOf('carried'), idsOf('avatar')];
      const forgotten = looked.filter(({ use }) => use === null);
      if (carried.length > 0) await tx.update(files).set({ looseSince: null }).where(inArray(files.id, carried));
      // Nobody is told when a user shows another picture, as a host's token may bring one.
      if (avatars.length > 0) await tx.update(files).set({ looseSince: NOW }).where(inArray(files.id, avatars));
      await this.forget(
        tx,
        forgotten.map(({ id }) => id),
      );
      const expired = await this.expireUploads(tx, before, most);
      await this.takeOutOfUse(
        tx,
        before,
        forgotten.map(({ contentId }) => contentId),
      );
      return {
        looked: Math.max(looked.length, expired),
        forgotten: forgotten.length,
        contentIds: await this.outOfUse(tx, most),
      };
    });
  }

  /**
   * Forgets at most so many files of somebody who has left, whatever carries them, and takes their contents out of use; the
   * clean-up removes those. Uploads that are not whole expire. Returns how many there were.
   */
  forgetOf(userId: string, most: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      await tx
        .update(resumableUploads)
        .set({ touchedAt: sql`to_timestamp(0)` })
        .where(eq(resumableUploads.uploaderId, userId));
      const { id, contentId, uploaderId } = files;
      const rows = await tx
        .select({ id, contentId })
        .from(files)
        .where(eq(uploaderId, userId))
        .limit(most)
        .for('update');
      await this.forget(
        tx,
        rows.map((row) => row.id),
      );
      const contentIds = sql.param(rows.map((row) => row.contentId));
      await tx.execute(sql`
        UPDATE file_contents c SET state = 'removing'
         WHERE c.state = 'stored' AND c.id = ANY (${contentIds}::uuid[])
           AND NOT EXISTS (SELECT 1 FROM files f WHERE f.content_id = c.id)`);
      await this.takeRenditionsOutOfUse(tx);
      return rows.length;
    });
  }

  /** They could not be removed from the store: whatever else is out of use comes first now. */
  async postpone(contentIds: readonly string[]): Promise<void> {
    await this.database.db
      .update(fileContents)
      .set({ usedAt: NOW })
      .where(inArray(fileContents.id, [...contentIds]));
  }

  /** Locked, and looked at once more where somebody has named them meanwhile. */
  private loose(tx: Db, before: SQL, most: number) {
    return rowsOf<{ id: string; contentId: string; use: Use | null }>(
      tx,
      sql`
      SELECT f.id, f.content_id AS "contentId", CASE
               WHEN EXISTS (SELECT 1 FROM users u WHERE u.id = f.uploader_id
                               AND u.avatar_url = format(${avatarUrlOf('%s')}::text, f.id)) THEN 'avatar'
               WHEN EXISTS (
               SELECT 1 FROM message_files l JOIN messages m ON m.conversation_id = l.conversation_id AND m.seq = l.seq
                WHERE l.file_id = f.id AND m.deleted_at IS NULL) THEN 'carried' END AS use
        FROM files f WHERE f.loose_since < ${before}
       ORDER BY f.loose_since LIMIT ${most} FOR UPDATE OF f SKIP LOCKED`,
    );
  }

  private async forget(tx: Db, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    // Of messages that nodes of the release before have deleted.
    await tx.delete(messageFiles).where(inArray(messageFiles.fileId, [...ids]));
    await tx.delete(files).where(inArray(files.id, [...ids]));
  }

  /** Uploads in several requests that nothing has come of for so long, whether they are whole or not. */
  private async expireUploads(tx: Db, before: SQL, most: number): Promise<number> {
    const rows = await rowsOf<{ id: string }>(
      tx,
      sql`
      SELECT u.id FROM resumable_uploads u WHERE u.touched_at < ${before}
       ORDER BY u.touched_at LIMIT ${most} FOR UPDATE OF u SKIP LOCKED`,
    );
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return 0;
    const parts = await tx
      .delete(uploadParts)
      .where(inArray(uploadParts.uploadId, ids))
      .returning({ contentId: uploadParts.contentId });
    const contentIds = parts.map(({ contentId }) => contentId);
    await tx.update(fileContents).set({ state: 'removing' }).where(inArray(fileContents.id, contentIds));
    await tx.delete(resumableUploads).where(inArray(resumableUploads.id, ids));
    return ids.length;
  }

  /**
   * With what was made of them. Whoever makes a file of one of these meanwhile moves `used_at`, which is looked at again under the
   * lock.
   */
  private async takeOutOfUse(tx: Db, before: SQL, contentIds: readonly string[]): Promise<void> {
    await tx.execute(sql`
      UPDATE file_contents c SET state = 'removing'
       WHERE c.used_at < ${before} AND (c.state = 'writing' OR (
         c.state = 'stored' AND c.id = ANY (${sql.param([...contentIds])}::uuid[])
         AND NOT EXISTS (SELECT 1 FROM files f WHERE f.content_id = c.id)))`);
    await this.takeRenditionsOutOfUse(tx);
  }

  /** In a statement of its own, which sees what was made of contents until they were locked. */
  private async takeRenditionsOutOfUse(tx: Db): Promise<void> {
    await tx.execute(sql`
      UPDATE file_contents c SET state = 'removing'
       WHERE c.state = 'stored' AND c.rendition_of IN (SELECT s.id FROM file_contents s WHERE s.state = 'removing')`);
  }

  private async outOfUse(tx: Db, most: number): Promise<string[]> {
    const rows = await rowsOf<{ id: string }>(
      tx,
      sql`SELECT c.id FROM file_contents c WHERE c.state = 'removing' ORDER BY c.used_at LIMIT ${most}`,
    );
    return rows.map(({ id }) => id);
  }
}
