import { Injectable } from '@nestjs/common';
import { and, eq, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { rowsOf } from '../../database/rows-of.js';
import { fileContents } from '../../database/schema/index.js';
import type { MediaDetails, RenditionName } from '../../platform/media/media-job.js';

/** A content that was made of another one. */
export interface RenditionRow {
  contentId: string;
  size: number;
  sha256: Buffer;
  mediaType: string | null;
}

export interface NewRendition {
  /** Of the content that it was made of. */
  sourceId: string;
  name: RenditionName;
  contentId: string;
  sha256: Buffer;
  size: number;
  mediaType: string;
}

@Injectable()
export class RenditionsRepository {
  constructor(private readonly database: Database) {}

  find(sourceId: string, name: RenditionName): Promise<RenditionRow | null> {
    return this.findIn(this.database.db, sourceId, name);
  }

  /** Notes that something is about to be written under this key; false where what it is made of is not stored any more. */
  async begin(contentId: string, sourceId: string, name: RenditionName): Promise<boolean> {
    const begun = await rowsOf<{ id: string }>(
      this.database.db,
      sql`
      INSERT INTO file_contents (id, uploader_id, state, rendition_of, rendition)
      SELECT ${contentId}::uuid, c.uploader_id, 'writing', c.id, ${name}::text
        FROM file_contents c WHERE c.id = ${sourceId} AND c.state = 'stored'
      RETURNING id`,
    );
    return begun.length > 0;
  }

  /**
   * What was written is whole. False where what it was made of is gone, or the same was made meanwhile: then it is of no use. The
   * lock keeps the clean-up from taking one without the other.
   */
  finish(rendition: NewRendition): Promise<boolean> {
    const { sourceId, name, contentId, sha256, size, mediaType } = rendition;
    return this.database.transaction(async (tx) => {
      const [source] = await tx
        .select({ state: fileContents.state })
        .from(fileContents)
        .where(eq(fileContents.id, sourceId))
        .for('no key update');
      if (source?.state !== 'stored' || (await this.findIn(tx, sourceId, name))) return false;
      const done = await tx
        .update(fileContents)
        .set({ state: 'stored', sha256, size, mediaType, usedAt: NOW })
        .where(and(eq(fileContents.id, contentId), eq(fileContents.state, 'writing')))
        .returning({ id: fileContents.id });
      return done.length > 0;
    });
  }

  /** The store has lost it: it is out of use, and can be made again. */
  async release(contentId: string): Promise<void> {
    const { id, state } = fileContents;
    await this.database.db
      .update(fileContents)
      .set({ state: 'removing' })
      .where(and(eq(id, contentId), eq(state, 'stored')));
  }

  /** What was found out about a content; nothing where nothing can be. */
  async describe(contentId: string, mediaType: string | null, details: MediaDetails): Promise<void> {
    const { width = null, height = null, durationMs = null, placeholder = null } = details;
    const waveform = details.waveform ? Buffer.from(details.waveform) : null;
    await this.database.db
      .update(fileContents)
      .set({ mediaType, width, height, durationMs, waveform, placeholder, examinedAt: NOW })
      .where(and(eq(fileContents.id, contentId), eq(fileContents.state, 'stored')));
  }

  private async findIn(db: Db, sourceId: string, name: RenditionName): Promise<RenditionRow | null> {
    const { id: contentId, size, sha256, mediaType, renditionOf, rendition, state } = fileContents;
    const [row] = await db
      .select({ contentId, size, sha256, mediaType })
      .from(fileContents)
      .where(and(eq(renditionOf, sourceId), eq(rendition, name), eq(state, 'stored')));
    // What is stored has both.
    return row ? (row as RenditionRow) : null;
  }
}
