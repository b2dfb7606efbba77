import { Injectable } from '@nestjs/common';
import { and, asc, eq, exists, gt, inArray, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { membershipIn } from '../../database/membership-in.js';
import { NOW } from '../../database/now.js';
import { rowsOf } from '../../database/rows-of.js';
import {
  conversationParticipants,
  fileContents,
  files,
  fileUsage,
  messageFiles,
  messages,
  resumableUploads,
  users,
} from '../../database/schema/index.js';
import { avatarUrlOf } from '../users/index.js';

/** A file as it is shown and handed out. */
export interface FileRow {
  id: string;
  uploaderId: string;
  contentId: string;
  name: string;
  size: number;
  sha256: Buffer;
  /** Of what was sent, where that is not what is stored. */
  sentSha256: Buffer | null;
  sentSize: number | null;
  mediaType: string | null;
  width: number | null;
  height: number | null;
  durationMs: number | null;
  waveform: Buffer | null;
  placeholder: string | null;
  /** When these five were found out; null: not yet. */
  examinedAt: Date | null;
}

/** What is known of a content once all of it is there. */
export interface Measured {
  sha256: Buffer;
  /** Of what was sent, where that is not what is stored. */
  sentSha256: Buffer | null;
  sentSize: number | null;
  size: number;
  mediaType: string | null;
}

export interface NewFile {
  id: string;
  uploaderId: string;
  clientUploadId: string | null;
  contentId: string;
  name: string;
}

/** A file, and who names it as theirs. */
export interface Claim {
  uploaderId: string;
  fileId: string;
}

const SHOWN = {
  id: files.id,
  uploaderId: files.uploaderId,
  contentId: files.contentId,
  name: files.name,
  size: fileContents.size,
  sha256: fileContents.sha256,
  sentSha256: fileContents.sentSha256,
  sentSize: fileContents.sentSize,
  mediaType: fileContents.mediaType,
  width: fileContents.width,
  height: fileContents.height,
  durationMs: fileContents.durationMs,
  waveform: fileContents.waveform,
  placeholder: fileContents.placeholder,
  examinedAt: fileContents.examinedAt,
};

/** What is known of a stored content is null in rows of no other state. */
const shown = (row: { size: number | null; sha256: Buffer | null } & Omit<FileRow, 'size' | 'sha256'>): FileRow =>
  row as FileRow;

@Injectable()
export class FilesRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** A file that this user has uploaded, or that a message carries which they may read; null where there is none. */
  async findReadable(id: string, userId: string): Promise<FileRow | null> {
    const carried = this.database.db
      .select({ one: sql`1` })
      .from(messageFiles)
      .innerJoin(
        messages,
        and(eq(messages.conversationId, messageFiles.conversationId), eq(messages.seq, messageFiles.seq)),
      )
      .innerJoin(conversationParticipants, membershipIn(messageFiles.conversationId, userId))
      .where(and(eq(messageFiles.fileId, files.id), isNull(messages.deletedAt)));
    const isEnabled = this.database.db
      .select({ one: sql`1` })
      .from(users)
      .where(and(eq(users.id, userId), eq(users.isDisabled, false)));
    const [row] = await this.database.db
      .select(SHOWN)
      .from(files)
      .innerJoin(fileContents, eq(fileContents.id, files.contentId))
      .where(and(eq(files.id, id), exists(isEnabled), or(eq(files.uploaderId, userId), exists(carried))));
    return row ? shown(row) : null;
  }

  /** A file that its uploader shows as their picture, and has therefore for everybody; null where they do not. */
  async findAvatar(id: string): Promise<FileRow | null> {
    const [row] = await this.database.db
      .select(SHOWN)
      .from(files)
      .innerJoin(fileContents, eq(fileContents.id, files.contentId))
      .innerJoin(users, eq(users.id, files.uploaderId))
      .where(and(eq(files.id, id), eq(users.avatarUrl, avatarUrlOf(id))));
    return row ? shown(row) : null;
  }

  /** Those of these files that are of the user who names them; they are kept from now on as if they were new. */
  async claim(db: Db, wanted: readonly Claim[]): Promise<FileRow[]> {
    const uploaderIds = sql.param(wanted.map((each) => each.uploaderId));
    const ids = sql.param(wanted.map((each) => each.fileId));
    const claimed = await rowsOf<{ id: string }>(
      db,
      sql`
      UPDATE files f SET loose_since = ${NOW}
        FROM (SELECT DISTINCT q.u, q.f FROM unnest(${uploaderIds}::uuid[], ${ids}::uuid[]) AS q (u, f)) q
       WHERE f.id = q.f AND f.uploader_id = q.u
      RETURNING f.id`,
    );
    if (claimed.length === 0) return [];
    const rows = await db
      .select(SHOWN)
      .from(files)
      .innerJoin(fileContents, eq(fileContents.id, files.contentId))
      .where(
        inArray(
          files.id,
          claimed.map(({ id }) => id),
        ),
      );
    return rows.map(shown);
  }

  /** Makes these the files of a message, in place of those that it had. */
  async replaceLinks(tx: Db, place: { conversationId: string; seq: number }, ids: readonly string[]): Promise<void> {
    const { conversationId, seq } = place;
    await this.removeLinks(tx, conversationId, [seq]);
    if (ids.length > 0) {
      await tx.insert(messageFiles).values(ids.map((fileId) => ({ conversationId, seq, fileId })));
    }
  }

  /** These messages have no files any more. */
  async removeLinks(tx: Db, conversationId: string, seqs: readonly number[]): Promise<void> {
    const freed = await tx
      .delete(messageFiles)
      .where(and(eq(messageFiles.conversationId, conversationId), inArray(messageFiles.seq, [...seqs])))
      .returning({ id: messageFiles.fileId });
    const freedIds = freed.map(({ id }) => id);
    if (freedIds.length > 0) await tx.update(files).set({ looseSince: NOW }).where(inArray(files.id, freedIds));
  }

  /** Notes that something is about to be written under this key. */
  async begin(contentId: string, uploaderId: string): Promise<void> {
    await this.database.db.insert(fileContents).values({ id: contentId, uploaderId, state: 'writing' });
  }

  /**
   * Takes what was written under this key out of use, so that it may go from the store. False where it is in use after all: a
   * transaction may have been committed whose answer was lost.
   */
  async release(contentId: string): Promise<boolean> {
    const { id, state } = fileContents;
    const given = await this.database.db
      .update(fileContents)
      .set({ state: 'removing' })
      .where(and(eq(id, contentId), inArray(state, ['writing', 'removing'])))
      .returning({ id });
    return given.length > 0;
  }

  /** They are gone from the store. */
  async forget(contentIds: readonly string[]): Promise<void> {
    await this.database.db.delete(fileContents).where(inArray(fileContents.id, [...contentIds]));
  }

  /** Held until the end of the transaction, so that what one user stores is counted one after the other. */
  async lockUploader(tx: Db, userId: string): Promise<void> {
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update');
  }

  async findById(id: string): Promise<FileRow | null> {
    const [row] = await this.database.db
      .select(SHOWN)
      .from(files)
      .innerJoin(fileContents, eq(fileContents.id, files.contentId))
      .where(eq(files.id, id));
    return row ? shown(row) : null;
  }

  /** Files of this uploader, by id; of pictures of themselves too. */
  async uploadedBy(uploaderId: string, after: string, most: number): Promise<FileRow[]> {
    return this.page(and(eq(files.uploaderId, uploaderId), gt(files.id, after)), most);
  }

  /** Files that undeleted messages of a conversation carry, by id. */
  async carriedIn(conversationId: string, after: string, most: number): Promise<FileRow[]> {
    const carried = this.database.db
      .select({ id: messageFiles.fileId })
      .from(messageFiles)
      .innerJoin(
        messages,
        and(eq(messages.conversationId, messageFiles.conversationId), eq(messages.seq, messageFiles.seq)),
      )
      .where(and(eq(messageFiles.conversationId, conversationId), isNull(messages.deletedAt)));
    return this.page(and(inArray(files.id, carried), gt(files.id, after)), most);
  }

  private async page(which: SQL | undefined, most: number): Promise<FileRow[]> {
    const rows = await this.database.db
      .select(SHOWN)
      .from(files)
      .innerJoin(fileContents, eq(fileContents.id, files.contentId))
      .where(which)
      .orderBy(asc(files.id))
      .limit(most);
    return rows.map(shown);
  }

  async findUpload(db: Db, uploaderId: string, clientUploadId: string): Promise<FileRow | null> {
    const [row] = await db
      .select(SHOWN)
      .from(files)
      .innerJoin(fileContents, eq(fileContents.id, files.contentId))
      .where(and(eq(files.uploaderId, uploaderId), eq(files.clientUploadId, clientUploadId)));
    return row ? shown(row) : null;
  }

  findUploaded(uploaderId: string, clientUploadId: string): Promise<FileRow | null> {
    return this.findUpload(this.database.db, uploaderId, clientUploadId);
  }

  /**
   * What counts for this user's quota: what is stored, and what unfinished uploads will bring, but for the one of this
   * `clientUploadId`.
   */
  async takenBytes(uploaderId: string, except: string | null, db = this.database.db): Promise<number> {
    return (await this.storedBytes(db, uploaderId)) + (await this.announcedBytes(db, uploaderId, except));
  }

  /** Without what was made of it. */
  private async storedBytes(db: Db, uploaderId: string): Promise<number> {
    const [row] = await db
      .select({ bytes: fileUsage.bytes })
      .from(fileUsage)
      .where(eq(fileUsage.uploaderId, uploaderId));
    return row?.bytes ?? 0;
  }

  private async announcedBytes(db: Db, uploaderId: string, except: string | null): Promise<number> {
    const { size, fileId, clientUploadId } = resumableUploads;
    const [row] = await db
      .select({ bytes: sql<number>`coalesce(sum(${size}), 0)::float8` })
      .from(resumableUploads)
      .where(
        and(
          eq(resumableUploads.uploaderId, uploaderId),
          isNull(fileId),
          except === null ? undefined : ne(clientUploadId, except),
        ),
      );
    return row?.bytes ?? 0;
  }

  /**
   * The same content of the same uploader, as it was sent or as it was stored then; it is kept from now on as if it were new. Null
   * where there is none.
   */
  async useSame(tx: Db, uploaderId: string, { sha256, sentSha256 }: Measured): Promise<string | null> {
    const { id, state } = fileContents;
    const sent = sentSha256 ?? sha256;
    const isSame: SQL | undefined = and(
      eq(fileContents.uploaderId, uploaderId),
      or(eq(fileContents.sha256, sent), eq(fileContents.sentSha256, sent)),
      eq(state, 'stored'),
      isNull(fileContents.renditionOf),
    );
    const [row] = await tx.update(fileContents).set({ usedAt: NOW }).where(isSame).returning({ id });
    return row?.id ?? null;
  }

  /** What was written under this key is whole. False where it has been given up meanwhile. */
  async finish(tx: Db, contentId: string, measured: Measured): Promise<boolean> {
    const { sha256, sentSha256, sentSize, size, mediaType } = measured;
    const done = await tx
      .update(fileContents)
      .set({ state: 'stored', sha256, sentSha256, sentSize, size, mediaType, usedAt: NOW })
      .where(and(eq(fileContents.id, contentId), eq(fileContents.state, 'writing')))
      .returning({ id: fileContents.id });
    return done.length > 0;
  }

  async insert(tx: Db, { id, uploaderId, clientUploadId, contentId, name }: NewFile): Promise<FileRow> {
    await tx.insert(files).values({ id, uploaderId, clientUploadId, contentId, name });
    const [row] = await tx
      .select(SHOWN)
      .from(files)
      .innerJoin(fileContents, eq(fileContents.id, files.contentId))
      .where(eq(files.id, id));
    if (!row) throw new Error('A file that was inserted is not there.');
    return shown(row);
  }
}
