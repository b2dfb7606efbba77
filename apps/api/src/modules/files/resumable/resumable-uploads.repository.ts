import { Injectable } from '@nestjs/common';
import { and, asc, count, eq, inArray, isNull, sql } from 'drizzle-orm';
import { Database, type Db } from '../../../database/database.js';
import { NOW } from '../../../database/now.js';
import { fileContents, resumableUploads, uploadParts } from '../../../database/schema/index.js';
import { ParleyError } from '../../../kernel/errors.js';

/** An upload that comes in several requests. */
export type ResumableUpload = typeof resumableUploads.$inferSelect;

/** A place in an upload, and the request that goes on from there. */
export interface WriterPlace {
  uploadId: string;
  writer: string;
  start: number;
}

@Injectable()
export class ResumableUploadsRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async insert(tx: Db, upload: typeof resumableUploads.$inferInsert): Promise<ResumableUpload> {
    const [row] = await tx.insert(resumableUploads).values(upload).returning();
    if (!row) throw new Error('An upload that was inserted is not there.');
    return row;
  }

  async findNamed(tx: Db, uploaderId: string, clientUploadId: string): Promise<ResumableUpload | null> {
    const [row] = await tx
      .select()
      .from(resumableUploads)
      .where(and(eq(resumableUploads.uploaderId, uploaderId), eq(resumableUploads.clientUploadId, clientUploadId)));
    return row ?? null;
  }

  async find(id: string): Promise<ResumableUpload | null> {
    const [row] = await this.database.db.select().from(resumableUploads).where(eq(resumableUploads.id, id));
    return row ?? null;
  }

  /** How many uploads of this user are not whole. */
  async countOpen(tx: Db, uploaderId: string): Promise<number> {
    const [row] = await tx
      .select({ open: count() })
      .from(resumableUploads)
      .where(and(eq(resumableUploads.uploaderId, uploaderId), isNull(resumableUploads.fileId)));
    return row?.open ?? 0;
  }

  /** From now on nobody else adds to this upload. False where it has come to another place, or is gone. */
  async claim({ uploadId, writer, start }: WriterPlace): Promise<boolean> {
    const { id, received } = resumableUploads;
    const claimed = await this.database.db
      .update(resumableUploads)
      .set({ writer, touchedAt: NOW })
      .where(and(eq(id, uploadId), eq(received, start)))
      .returning({ id });
    return claimed.length > 0;
  }

  /** What has come is a part from now on, and survives this node. False where another request has claimed the upload. */
  async addPart(place: WriterPlace, { contentId, size }: { contentId: string; size: number }): Promise<boolean> {
    const { uploadId, start } = place;
    const { id, writer, received, partCount } = resumableUploads;
    return this.database.transaction(async (tx) => {
      const moved = await tx
        .update(resumableUploads)
        .set({ received: start + size, partCount: sql`${partCount} + 1`, touchedAt: NOW })
        .where(and(eq(id, uploadId), eq(writer, place.writer), eq(received, start)))
        .returning({ id });
      if (moved.length === 0) return false;
      const isWritten = and(eq(fileContents.id, contentId), eq(fileContents.state, 'writing'));
      const part = await tx.update(fileContents).set({ state: 'part', size }).where(isWritten).returning();
      if (part.length === 0) throw new ParleyError('service_unavailable');
      await tx.insert(uploadParts).values({ uploadId, start, contentId });
      return true;
    });
  }

  /** In their order. */
  async parts(uploadId: string): Promise<{ contentId: string; size: number }[]> {
    const rows = await this.database.db
      .select({ contentId: uploadParts.contentId, size: fileContents.size })
      .from(uploadParts)
      .innerJoin(fileContents, eq(fileContents.id, uploadParts.contentId))
      .where(eq(uploadParts.uploadId, uploadId))
      .orderBy(asc(uploadParts.start));
    return rows.map(({ contentId, size }) => ({ contentId, size: size ?? 0 }));
  }

  /** This file has come of its parts; returns those, which are out of use now. */
  finish(uploadId: string, fileId: string): Promise<string[]> {
    return this.database.transaction(async (tx) => {
      await tx.update(resumableUploads).set({ fileId, touchedAt: NOW }).where(eq(resumableUploads.id, uploadId));
      return this.freeParts(tx, uploadId);
    });
  }

  /** Its uploader does not want it any more; returns its parts, which are out of use now. */
  remove(uploadId: string): Promise<string[]> {
    return this.database.transaction(async (tx) => {
      // Waits for a part that is being added.
      await tx.update(resumableUploads).set({ writer: null }).where(eq(resumableUploads.id, uploadId));
      const freed = await this.freeParts(tx, uploadId);
      await tx.delete(resumableUploads).where(eq(resumableUploads.id, uploadId));
      return freed;
    });
  }

  private async freeParts(tx: Db, uploadId: string): Promise<string[]> {
    const parts = await tx
      .delete(uploadParts)
      .where(eq(uploadParts.uploadId, uploadId))
      .returning({ contentId: uploadParts.contentId });
    const contentIds = parts.map(({ contentId }) => contentId);
    await tx.update(fileContents).set({ state: 'removing' }).where(inArray(fileContents.id, contentIds));
    return contentIds;
  }
}
