import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { HealthRegistry } from '../../platform/telemetry/health-registry.js';
import { MessageTokensRepository } from '../conversation-log/index.js';

/** Messages of one transaction, which holds up edits of just these. */
const AT_A_TIME = 250;
/** By then no node of the release before is in the middle of a batch that it began before the migration. */
const FIRST_MS = 3_000;
const LOOK_EVERY_MS = 1_000;
const REPORT_EVERY_MS = 10_000;
/** What the readiness of a node calls it. */
const DETAIL = 'searchBacklog';

/**
 * Makes findable what was stored without tokens: before there was a search, while it was off, and by nodes of the release
 * before. The backlog is in the database, so it goes on wherever it was left, on one node at a time. Between its looks it
 * moves new tokens from the pending list into the index.
 */
@Injectable()
export class SearchBackfill implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;
  private done = 0;
  /** When a backlog was last reported; null where none is left. */
  private reportedAt: number | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly tokens: MessageTokensRepository,
    private readonly health: HealthRegistry,
    private readonly reporter: EventReporter,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.search) this.schedule(FIRST_MS);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.step(), ms);
    this.timer.unref();
  }

  private async step(): Promise<void> {
    if (!this.tokens.availability.isUp) return this.schedule(LOOK_EVERY_MS);
    let isMore = false;
    try {
      isMore = await this.workOff();
      if (!isMore) await this.tokens.cleanPendingList();
    } catch (fault) {
      if (!this.stopped) this.reporter.searchBackfillFailed(fault);
      isMore = false;
    }
    this.schedule(isMore ? 0 : LOOK_EVERY_MS);
  }

  /** Whether there is more to do at once. */
  private async workOff(): Promise<boolean> {
    const worked = await this.tokens.workOff(AT_A_TIME);
    this.done += worked ?? 0;
    if (this.isToReport(worked)) await this.report();
    return (worked ?? 0) > 0;
  }

  /** Every few seconds while there is a backlog that this node has worked on, and once it is empty. */
  private isToReport(worked: number | null): boolean {
    if (this.reportedAt === null) return worked !== null && worked > 0;
    return worked === null || performance.now() - this.reportedAt > REPORT_EVERY_MS;
  }

  private async report(): Promise<void> {
    const left = await this.tokens.backlog();
    this.health.detail(DETAIL, left > 0 ? left : null);
    this.reporter.searchBackfilled({ done: this.done, left });
    this.reportedAt = left > 0 ? performance.now() : null;
    if (left === 0) this.done = 0;
  }
}
