import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { RepeatedWork } from '../../kernel/repeated-work.js';
import { FileStore } from '../../platform/storage/file-store.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { FileCleanupRepository } from './file-cleanup.repository.js';
import { FilesRepository } from './files.repository.js';

/** Of the clean-up; tests make them small. */
export const CLEANUP = {
  firstMs: 60_000,
  everyMs: 600_000,
  /** How long a file is kept that no message carries. */
  keptMs: 86_400_000,
  /** Files of one step. */
  most: 100,
};
/** Of one run: beyond it the store is taken to be away, and the rest waits for the next run. */
const MOST_FAILURES = 10;

/**
 * Removes files that no message carries. First they are forgotten, then their contents are removed from the store, and last what
 * is known of these: whatever is cut off in between is found again.
 */
@Injectable()
export class FileCleanup implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly job = new RepeatedWork({
    everyMs: () => CLEANUP.everyMs,
    run: async () => {
      if (this.repository.availability.isUp) await this.run();
    },
    onFault: (fault) => this.reporter.fileCleanupFailed(fault),
  });

  constructor(
    private readonly repository: FileCleanupRepository,
    private readonly files: FilesRepository,
    private readonly store: FileStore,
    private readonly reporter: EventReporter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.files.isOn) this.job.start(CLEANUP.firstMs);
  }

  onApplicationShutdown(): void {
    this.job.stop();
  }

  /**
   * Until there is nothing more to do, or another node does it. A content that cannot be removed is passed over, and comes after
   * all others next time.
   * @throws where too many cannot be.
   */
  async run(): Promise<void> {
    const failed = new Map<string, unknown>();
    for (;;) {
      const step = await this.repository.step(CLEANUP.keptMs, CLEANUP.most);
      if (!step) return;
      const { looked, forgotten } = step;
      const contentIds = step.contentIds.filter((id) => !failed.has(id));
      const removed = await this.remove(contentIds, failed);
      if (forgotten + removed > 0) this.reporter.filesCleanedUp({ forgotten, removed });
      if (this.job.isStopped || (looked < CLEANUP.most && contentIds.length < CLEANUP.most)) return;
    }
  }

  /** Returns how many are gone. */
  private async remove(contentIds: readonly string[], failed: Map<string, unknown>): Promise<number> {
    const removed: string[] = [];
    const kept: string[] = [];
    for (const contentId of contentIds) {
      if (failed.size >= MOST_FAILURES) break;
      await this.store.remove(contentId).then(
        () => removed.push(contentId),
        (fault: unknown) => {
          kept.push(contentId);
          failed.set(contentId, fault);
          this.reporter.contentNotRemoved(contentId, fault);
        },
      );
    }
    if (removed.length > 0) await this.files.forget(removed);
    if (kept.length > 0) await this.repository.postpone(kept);
    if (failed.size >= MOST_FAILURES) throw [...failed.values()].at(-1);
    return removed.length;
  }
}
