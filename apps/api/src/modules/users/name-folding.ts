import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { UsersRepository } from './users.repository.js';

const AT_A_TIME = 500;
/** A start waits for it so long; what is left of a great many names is folded while the node serves. */
const TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 60_000;

/**
 * Folds the names that others have written: nodes of a version before this one, and people with a client of the database.
 * Several nodes may do so at once.
 */
@Injectable()
export class NameFolding implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly users: UsersRepository,
    private readonly reporter: EventReporter,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.foldAll(performance.now() + TIMEOUT_MS);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async foldAll(until = Number.POSITIVE_INFINITY): Promise<void> {
    let isDone = false;
    try {
      while (!isDone && !this.stopped && performance.now() < until) {
        isDone = (await this.users.foldNames(AT_A_TIME)) < AT_A_TIME;
      }
    } catch (fault) {
      this.reporter.foldingFailed(fault);
      isDone = true;
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.foldAll(), isDone ? LOOK_EVERY_MS : 0);
    this.timer.unref();
  }
}
