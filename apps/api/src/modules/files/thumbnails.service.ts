import { Injectable } from '@nestjs/common';
import type { FileLink } from '@parley/protocol';
import { notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { type RenditionName, THUMBNAIL_SIZES } from '../../platform/media/media-job.js';
import { SignedLinks } from '../auth/index.js';
import { renamed } from './file-name.js';
import type { FileRow } from './files.repository.js';
import { FilesService } from './files.service.js';
import { RenditionsRepository } from './renditions.repository.js';
import { RenditionsService } from './renditions.service.js';

/** For one who asks for a thumbnail of a content that was not looked at yet. */
const TIMEOUT_MS = 20_000;
const RETRY_MS = 5_000;

/** Small pictures of files, for those who may read the file. */
@Injectable()
export class ThumbnailsService {
  constructor(
    private readonly files: FilesService,
    private readonly renditions: RenditionsService,
    private readonly repository: RenditionsRepository,
    private readonly links: SignedLinks,
  ) {}

  /**
   * One of at most this size; it is made now if it was not.
   * @throws `not_found` where nothing of the file can be shown, and where the caller may not read it; `service_unavailable` where
   *   making it takes long.
   */
  get(principal: Principal, id: string, size: number): Promise<FileRow> {
    return this.shown(() => this.files.get(principal, id), size);
  }

  /** The small one of a file that is somebody's picture, whoever asks. @throws as `get`. */
  avatar(id: string): Promise<FileRow> {
    const [small] = THUMBNAIL_SIZES;
    return this.shown(() => this.files.getAvatar(id), small);
  }

  /** The same made anew, where the store has lost it. @throws as `get`. */
  remade(principal: Principal, { id, size }: { id: string; size: number }, lost: FileRow): Promise<FileRow> {
    return this.shownAgain(() => this.files.get(principal, id), size, lost);
  }

  /** @throws as `get`. */
  remadeAvatar(id: string, lost: FileRow): Promise<FileRow> {
    const [small] = THUMBNAIL_SIZES;
    return this.shownAgain(() => this.files.getAvatar(id), small, lost);
  }

  /** @throws as reading the file does, which is asked again when the link is used. */
  async link(principal: Principal, id: string, size: number): Promise<FileLink> {
    const file = await this.files.get(principal, id);
    const { url, expiresAt } = this.links.sign(`/api/files/${file.id}/thumbnail`, principal.userId);
    return { url: `${url}&size=${size}`, expiresAt: expiresAt.toISOString() };
  }

  /** @param read brings the file, or throws where it may not be read. */
  private async shown(read: () => Promise<FileRow>, size: number): Promise<FileRow> {
    const file = await read();
    const found = (await this.find(file, size)) ?? (await this.make(read, file, size));
    if (!found) throw notFound();
    return found;
  }

  private async shownAgain(read: () => Promise<FileRow>, size: number, lost: FileRow): Promise<FileRow> {
    if (!(await this.renditions.examine(await read(), TIMEOUT_MS))) throw later();
    const found = await this.find(await read(), size);
    if (!found || found.contentId === lost.contentId) throw notFound();
    return found;
  }

  private async find(file: FileRow, size: number): Promise<FileRow | null> {
    const row = await this.repository.find(file.contentId, nameOf(file, size));
    return row && { ...file, ...row, name: renamed(file.name, 'webp') };
  }

  private async make(read: () => Promise<FileRow>, file: FileRow, size: number): Promise<FileRow | null> {
    const isHopeless = file.examinedAt !== null && file.width === null;
    if (isHopeless || !this.renditions.isMedia(file)) return null;
    await this.renditions.examine(file, TIMEOUT_MS);
    const examined = await read();
    if (examined.examinedAt === null) throw later();
    return this.find(examined, size);
  }
}

const later = () => new ParleyError('service_unavailable', { retryAfterMs: RETRY_MS });

/** What is no larger than the small one has only that. */
function nameOf({ width, height }: FileRow, size: number): RenditionName {
  const [small] = THUMBNAIL_SIZES;
  const isSmall = width !== null && height !== null && Math.max(width, height) <= small;
  return isSmall || size <= small ? 'thumbnail-320' : 'thumbnail-1280';
}
