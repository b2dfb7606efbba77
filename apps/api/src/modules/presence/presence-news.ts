import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOG } from '../../kernel/log.js';
import { ServiceState } from '../../platform/service-state.js';
import { conversationRoom, type ParleyServer, userRoom } from '../../realtime/socket.js';
import { PresenceRepository, type Status } from './presence.repository.js';

/** Beyond this many only the latest are told again. */
const MOST_KEPT = 10_000;
/** So long it may take to find out that Redis is away: what was told meanwhile may not have been heard. */
const DOUBT_MS = 5_000;
const AT_A_TIME = 1_000;

/** Tells who came and went to those who share a small conversation with them, on every node. */
@Injectable()
export class PresenceNews {
  private io: ParleyServer | null = null;
  /** Users whose change other nodes may not have heard of, and when it was told; the oldest first. */
  private readonly inDoubt = new Map<string, number>();
  private retelling = false;

  constructor(
    private readonly repository: PresenceRepository,
    private readonly state: ServiceState,
    @Inject(LOG) private readonly log: Logger,
  ) {
    state.onChange((_part, isDegraded) => {
      if (isDegraded) this.forgetBefore(performance.now() - DOUBT_MS);
      else void this.tellAgain();
    });
  }

  attach(io: ParleyServer): void {
    this.io = io;
  }

  /** What was stored is told once; it never throws, and what it cannot tell now it tells later. */
  async tell(changes: readonly Status[]): Promise<void> {
    if (changes.length === 0) return;
    this.keep(changes);
    try {
      await this.emit(changes);
    } catch (fault) {
      this.keep(changes);
      this.log.warn({ err: fault, users: changes.length }, 'who came and went could not be told yet');
    }
  }

  private keep(changes: readonly Status[]): void {
    const now = performance.now();
    if (this.state.degraded.length === 0) this.forgetBefore(now - DOUBT_MS);
    for (const { userId } of changes) {
      this.inDoubt.delete(userId);
      this.inDoubt.set(userId, now);
      const [oldest] = this.inDoubt.size > MOST_KEPT ? this.inDoubt.keys() : [];
      if (oldest !== undefined) this.inDoubt.delete(oldest);
    }
  }

  private forgetBefore(time: number): void {
    for (const [userId, toldAt] of this.inDoubt) {
      if (toldAt > time) return;
      this.inDoubt.delete(userId);
    }
  }

  /** As it is by now, not as it was then. */
  private async tellAgain(): Promise<void> {
    if (this.retelling) return;
    this.retelling = true;
    while (this.inDoubt.size > 0 && this.state.degraded.length === 0) {
      const some = [...this.inDoubt].slice(0, AT_A_TIME);
      for (const [userId] of some) this.inDoubt.delete(userId);
      try {
        await this.emit(await this.repository.statuses(some.map(([userId]) => userId)));
      } catch (fault) {
        for (const [userId, toldAt] of some) this.inDoubt.set(userId, toldAt);
        this.log.warn({ err: fault }, 'who came and went could not be told again yet');
        break;
      }
    }
    this.retelling = false;
  }

  private async emit(changes: readonly Status[]): Promise<void> {
    const audiences = await this.repository.audiences(changes.map(({ userId }) => userId));
    for (const { userId, isOnline, lastSeenAt } of changes) {
      const audience = audiences.get(userId) ?? [];
      if (audience.length === 0) continue;
      this.io
        ?.to(audience.map(conversationRoom))
        .except(userRoom(userId))
        .emit(isOnline ? 'status:online' : 'status:offline', { userId, lastSeenAt });
    }
  }
}
