import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { LOG } from '../../kernel/log.js';
import { ServiceState } from '../../platform/service-state.js';
import { conversationRoom, type ParleyServer, userRoom } from '../../realtime/socket.js';
import { PresenceRepository, type Status } from './presence.repository.js';

/** Whose change was told to nobody on the other nodes; beyond this many only the latest are told again. */
const MOST_UNTOLD = 10_000;
const AT_A_TIME = 1_000;

/** Tells who came and went to those who share a small conversation with them, on every node. */
@Injectable()
export class PresenceNews {
  private io: ParleyServer | null = null;
  /** Users whose change other nodes may not have heard of, because Redis is away. */
  private readonly untold = new Set<string>();
  private retelling = false;

  constructor(
    private readonly repository: PresenceRepository,
    private readonly state: ServiceState,
    @Inject(LOG) private readonly log: Logger,
  ) {
    state.onChange(() => void this.tellAgain());
  }

  attach(io: ParleyServer): void {
    this.io = io;
  }

  /** What was stored is told once; it never throws, and what it cannot tell now it tells later. */
  async tell(changes: readonly Status[]): Promise<void> {
    if (changes.length === 0) return;
    if (this.state.degraded.includes('redis')) this.note(changes);
    try {
      await this.emit(changes);
    } catch (fault) {
      this.note(changes);
      this.log.warn({ err: fault, users: changes.length }, 'who came and went could not be told yet');
    }
  }

  private note(changes: readonly Status[]): void {
    for (const { userId } of changes) {
      this.untold.delete(userId);
      this.untold.add(userId);
      const [oldest] = this.untold.size > MOST_UNTOLD ? this.untold : [];
      if (oldest !== undefined) this.untold.delete(oldest);
    }
  }

  /** As it is by now, not as it was then. */
  private async tellAgain(): Promise<void> {
    if (this.retelling) return;
    this.retelling = true;
    while (this.untold.size > 0 && this.state.degraded.length === 0) {
      const userIds = [...this.untold].slice(0, AT_A_TIME);
      for (const userId of userIds) this.untold.delete(userId);
      try {
        await this.emit(await this.repository.statuses(userIds));
      } catch (fault) {
        for (const userId of userIds) this.untold.add(userId);
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
