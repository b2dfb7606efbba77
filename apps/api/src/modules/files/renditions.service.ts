import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { newId } from '../../kernel/ids.js';
import { Semaphore } from '../../kernel/semaphore.js';
import { MediaFailure } from '../../platform/media/media-failure.js';
import { type MediaKind, mediaKindOf, type Rendition } from '../../platform/media/media-job.js';
import { type MediaOutcome, MediaProcess } from '../../platform/media/media-process.js';
import { findMediaPrograms, type MediaPrograms } from '../../platform/media/media-programs.js';
import { WorkFolder } from '../../platform/media/work-folder.js';
import { ContentMissing, FileStore } from '../../platform/storage/file-store.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { type FileRow, FilesRepository } from './files.repository.js';
import { audioTypeOf } from './media-types.js';
import { RenditionsRepository } from './renditions.repository.js';

/** A content that is stored, as far as it decides what can be made of it. */
type Source = Pick<FileRow, 'contentId' | 'uploaderId' | 'mediaType' | 'size' | 'examinedAt'>;

export const EXAMINATION = {
  /** How long the answer of an upload waits for what can be said of it; tests make it longer or shorter. */
  uploadMs: 3_000,
};
/** Of contents that wait to be looked at; further ones are looked at when somebody wants to see them. */
const MOST_WAITING = 200;

/**
 * Looks at contents after they are stored: what is said of them, and what is made of them. All of it can be had again from the
 * content, so what is cut off is done anew when somebody asks for it.
 */
@Injectable()
export class RenditionsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly process = new MediaProcess();
  private readonly turns = new Semaphore({ atOnce: 1, mostWaiting: MOST_WAITING });
  /** By content: whoever comes meanwhile waits for the same. */
  private readonly underWay = new Map<string, Promise<boolean>>();
  private readonly directory: string;
  /** Null where they are not installed: then recordings are files like any other. */
  private programs: MediaPrograms | null = null;
  private isStopped = false;

  constructor(
    private readonly repository: RenditionsRepository,
    private readonly files: FilesRepository,
    private readonly store: FileStore,
    private readonly reporter: EventReporter,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    // Each empties its own when it starts.
    this.directory = join(config.dataDir, config.worker ? `media-${config.worker.number}` : 'media');
  }

  async onApplicationBootstrap(): Promise<void> {
    await WorkFolder.clear(this.directory);
    const { isOn, programFolders } = this.config.files;
    if (!isOn) return;
    this.programs = await findMediaPrograms(programFolders);
    this.reporter.mediaProgramsSought(this.programs);
  }

  onApplicationShutdown(): void {
    this.isStopped = true;
    this.turns.refuseWaiting();
    this.process.close();
  }

  /** Whether anything can be made of it, or could be as far as is known. */
  isMedia(source: Source): boolean {
    return this.kindOf(source) !== null;
  }

  /** A file that was just uploaded, as far as it is known soon. */
  async examined(file: FileRow): Promise<FileRow> {
    if (file.examinedAt !== null || !this.isMedia(file)) return file;
    await this.examine(file, EXAMINATION.uploadMs);
    return (await this.files.findById(file.id)) ?? file;
  }

  /**
   * Settles once the content was looked at, or after so long, and never with a fault. What was made of it before and is lost is
   * made again. False where it can be done later.
   */
  async examine(source: Source, withinMs: number): Promise<boolean> {
    const kind = this.kindOf(source);
    if (!kind) return true;
    const { contentId } = source;
    const done = this.underWay.get(contentId) ?? this.begin(kind, source);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(resolve, withinMs, false).unref();
    });
    try {
      return await Promise.race([done, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private kindOf({ mediaType, size }: Source): MediaKind | null {
    const kind = mediaKindOf(mediaType, size);
    return kind === 'recording' && !this.programs ? null : kind;
  }

  private begin(kind: MediaKind, source: Source): Promise<boolean> {
    const { contentId, uploaderId } = source;
    const done = this.turns
      .within(() => this.lookAt(kind, source), uploaderId)
      .then(
        () => true,
        (fault: unknown) => {
          if (!this.isStopped) this.reporter.fileNotExamined(contentId, fault);
          return fault instanceof ContentMissing;
        },
      )
      .finally(() => this.underWay.delete(contentId));
    this.underWay.set(contentId, done);
    return done;
  }

  private async lookAt(kind: MediaKind, { contentId, mediaType, size }: Source): Promise<void> {
    const folder = await WorkFolder.within(this.directory);
    try {
      const input = await folder.put(await this.store.read(contentId, { start: 0, end: size - 1 }));
      const job = { kind, mediaType: mediaType ?? '', input, folder: folder.path, programs: this.programs };
      const outcome = await this.outcomeOf(job);
      for (const rendition of outcome.renditions) await this.keep(contentId, folder, rendition);
      const { ms, peakBytes, isAudio, details } = outcome;
      await this.repository.describe(contentId, isAudio ? audioTypeOf(mediaType) : mediaType, details);
      this.reporter.fileExamined({ contentId, kind, ms, peakBytes });
    } catch (fault) {
      if (!(fault instanceof MediaFailure) || this.isStopped) throw fault;
      // It would fail again, and be asked for again.
      await this.repository.describe(contentId, mediaType, {});
      this.reporter.fileNotReadable({ contentId, kind, reason: fault.reason, fault: fault.message });
    } finally {
      await folder.remove();
    }
  }

  /** Once more where the process died, which may be nothing that the content did. */
  private async outcomeOf(job: Parameters<MediaProcess['run']>[0]): Promise<MediaOutcome> {
    try {
      return await this.process.run(job);
    } catch (fault) {
      if (this.isStopped || !(fault instanceof MediaFailure && fault.reason === 'died')) throw fault;
    }
    return this.process.run(job);
  }

  private async isStored(contentId: string): Promise<boolean> {
    try {
      (await this.store.read(contentId, { start: 0, end: 0 })).destroy();
      return true;
    } catch (fault) {
      if (fault instanceof ContentMissing) return false;
      throw fault;
    }
  }

  /** As an upload is kept: known before it is written, and nobody's before it is whole. */
  private async keep(sourceId: string, folder: WorkFolder, { name, mediaType, file }: Rendition): Promise<void> {
    const known = await this.repository.find(sourceId, name);
    if (known && (await this.isStored(known.contentId))) return;
    if (known) await this.repository.release(known.contentId);
    const contentId = newId();
    if (!(await this.repository.begin(contentId, sourceId, name))) return;
    const hash = createHash('sha256');
    let size = 0;
    async function* measured(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      for await (const part of content) {
        hash.update(part);
        size += part.length;
        yield part;
      }
    }
    await this.store.write(contentId, measured(createReadStream(join(folder.path, file))));
    const sha256 = hash.digest();
    const isKept = await this.repository.finish({ sourceId, name, contentId, sha256, size, mediaType });
    if (isKept) return;
    await this.store.remove(contentId);
    await this.files.forget([contentId]);
  }
}
