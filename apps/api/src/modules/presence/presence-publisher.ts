import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { HealthRegistry } from '../../platform/telemetry/health-registry.js';
import { conversationRoom, IO, type ParleyServer, userRoom } from '../../realtime/socket.js';
import { PresenceRepository, type Status } from './presence.repository.js';

/** Between nodes: who came and went, and the conversations whose members may know. */
const TOLD = 'presence:told';
interface Told extends Status {
  conversationIds: string[];
}

/** Of so many users a node remembers what it told last. */
const MOST_REMEMBERED = 10_000;
/** So long it may take to find out that Redis is away: what was told meanwhile may not have been heard. */
const DOUBT_MS = 5_000;
const RETRY_MS = 2_000;
/** What is older than what was told has been overtaken; by more than this, the database's clock was set back. */
const OVERTAKEN_MS = 60_000;
/** Users looked up, and told of in one message between nodes, at a time. */
const AT_A_TIME = 200;

/**
 * Tells who came and went to those who share a small conversation with them, on every node. A node that was cut off from
 * the others, or whose telling failed, reads from the database what has changed since and tells it to all of them; every
 * node tells its sockets a change once, so that it does not matter how many of them say it.
 */
@Injectable()
export class PresencePublisher implements OnApplicationShutdown {
  /** User → instant (ms, by the database's clock) of the change that this node's sockets were told last; oldest first. */
  private readonly told = new Map<string, number>();
  /** Since when something may have been told in vain, by this process's clock. */
  private doubtSince: number | null = null;
  /** How often doubt has come up: what was read before the latest is not all. */
  private doubts = 0;
  /** The last repetition: when it ended, and since when it told. */
  private repeated = { at: -Infinity, since: 0 };
  private repeating = false;
  private stopped = false;
  private retry: NodeJS.Timeout | null = null;

  constructor(
    private readonly repository: PresenceRepository,
    private readonly state: HealthRegistry,
    @Inject(IO) private readonly io: ParleyServer,
    @Inject(CONFIG) private readonly config: Config,
    private readonly reporter: EventReporter,
  ) {
    io.on(TOLD, (news: readonly Told[]) => void this.hear(news));
    state.onChange((_part, isDegraded) => {
      if (isDegraded) this.doubt();
      else void this.repeat();
    });
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.retry) clearTimeout(this.retry);
  }

  /** What was stored is told once; it never throws, and what it cannot tell now it tells later. */
  async tell(changes: readonly Status[]): Promise<void> {
    try {
      await this.tellEveryone(changes);
    } catch (fault) {
      this.doubt();
      this.repeatLater(fault);
    }
  }

  /** What another node tells may be old, or told once more: told here is how it is by now, as the database has it. */
  private async hear(news: readonly Told[]): Promise<void> {
    try {
      const now = await this.repository.statuses(news.map(({ userId }) => userId));
      this.tellSockets(
        news.flatMap(({ userId, conversationIds }) => {
          const status = now.get(userId);
          return status ? [{ ...status, conversationIds }] : [];
        }),
      );
    } catch (fault) {
      this.doubt();
      this.repeatLater(fault);
    }
  }

  private doubt(): void {
    const now = performance.now();
    this.doubts += 1;
    // What was repeated a moment ago may have been in vain as well.
    const recent = now - this.repeated.at < DOUBT_MS ? this.repeated.since : now;
    this.doubtSince = Math.min(this.doubtSince ?? now - DOUBT_MS, recent);
  }

  /** All that has changed since it became doubtful, as it is by now. */
  private async repeat(): Promise<void> {
    if (this.repeating) return;
    this.repeating = true;
    try {
      while (this.doubtSince !== null && this.state.degraded.length === 0) await this.repeatSince(this.doubtSince);
    } catch (fault) {
      this.repeatLater(fault);
    } finally {
      this.repeating = false;
    }
  }

  private async repeatSince(since: number): Promise<void> {
    const { doubts } = this;
    await this.tellEveryone(await this.repository.changedWithin(performance.now() - since, MOST_REMEMBERED));
    this.repeated = { at: performance.now(), since };
    if (doubts === this.doubts) this.doubtSince = null;
  }

  private repeatLater(fault: unknown): void {
    if (this.stopped) return;
    this.reporter.presenceNotPublished(fault);
    if (this.retry) clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.repeat(), RETRY_MS).unref();
  }

  private async tellEveryone(changes: readonly Status[]): Promise<void> {
    for (let at = 0; at < changes.length; at += AT_A_TIME) {
      const some = changes.slice(at, at + AT_A_TIME);
      const audiences = await this.repository.audiences(some.map(({ userId }) => userId));
      const news = some.flatMap((change) => {
        const conversationIds = audiences.get(change.userId);
        return conversationIds ? [{ ...change, conversationIds }] : [];
      });
      if (this.config.redisUrl) this.io.serverSideEmit(TOLD, news);
      this.tellSockets(news);
    }
  }

  private tellSockets(news: readonly Told[]): void {
    for (const { userId, isOnline, lastSeenAt, conversationIds } of news) {
      if (!this.isNew(userId, lastSeenAt)) continue;
      this.io.local
        .to(conversationIds.map(conversationRoom))
        .except(userRoom(userId))
        .emit(isOnline ? 'status:online' : 'status:offline', { userId, lastSeenAt });
    }
  }

  private isNew(userId: string, lastSeenAt: string): boolean {
    const at = Date.parse(lastSeenAt);
    const age = (this.told.get(userId) ?? -Infinity) - at;
    if (age >= 0 && age < OVERTAKEN_MS) return false;
    this.told.delete(userId);
    this.told.set(userId, at);
    const [oldest] = this.told.size > MOST_REMEMBERED ? this.told.keys() : [];
    if (oldest !== undefined) this.told.delete(oldest);
    return true;
  }
}
