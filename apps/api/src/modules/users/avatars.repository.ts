import { Injectable } from '@nestjs/common';
import { and, eq } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { fileContents, files } from '../../database/schema/index.js';

/** What decides whether a file can be shown as a picture. */
export interface ClaimedPicture {
  mediaType: string | null;
  size: number | null;
  width: number | null;
  /** Null: nobody has looked at it yet. */
  examinedAt: Date | null;
}

/** Files that users show as their pictures. */
@Injectable()
export class AvatarsRepository {
  /**
   * A file that this user has uploaded, kept from now on as if it were new; null where there is none. The lock on its row keeps
   * the clean-up away until the user's row names it.
   */
  async claim(tx: Db, userId: string, fileId: string): Promise<ClaimedPicture | null> {
    const [claimed] = await tx
      .update(files)
      .set({ looseSince: NOW })
      .where(and(eq(files.id, fileId), eq(files.uploaderId, userId)))
      .returning({ contentId: files.contentId });
    if (!claimed) return null;
    const { mediaType, size, width, examinedAt } = fileContents;
    const [content] = await tx
      .select({ mediaType, size, width, examinedAt })
      .from(fileContents)
      .where(eq(fileContents.id, claimed.contentId));
    return content ?? null;
  }
}
