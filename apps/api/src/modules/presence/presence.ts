import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { PresenceEvent } from '@parley/protocol';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../../config/config.js';
import { LOG } from '../../kernel/log.js';
import { conversationRoom, type ParleyServer, userRoom } from '../../realtime/socket.js';
import { PresenceRepository } from './presence.repository.js';

/** A user is offline only after this long without a socket: a reload or a change of network is not told. */
const GRACE_MS = 10_000;
/** Who came and went within this time is stored and told together. */
const GATHER_MS = 100;
const RETRY_MS = 2_000;

/** Who has at least one socket here; told to those who share a conversation of at most 100 members with them. */
@Injectable()
export class Presence implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sockets = new Map<string, number>();
  private readonly leaving = new Map<string, NodeJS.Timeout>();
  /** What is to be told next: user → online or not. */
  private changes = new Map<string, boolean>();
  private gathering: NodeJS.Timeout | null = null;
  private io: ParleyServer | null = null;

  constructor(
    private readonly repository: PresenceRepository,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.redisUrl) await this.repository.clear();
  }

  onApplicationShutdown(): void {
    for (const timer of this.leaving.values()) clearTimeout(timer);
    if (this.gathering) clearTimeout(this.gathering);
  }

  attach(io: ParleyServer): void {
    this.io = io;
  }

  came(userId: string): void {
    const count = this.sockets.get(userId) ?? 0;
    this.sockets.set(userId, count + 1);
    const leaving = this.leaving.get(userId);
    clearTimeout(leaving);
    this.leaving.delete(userId);
    if (count === 0 && !leaving) this.change(userId, true);
  }

  left(userId: string): void {
    const count = (this.sockets.get(userId) ?? 1) - 1;
    if (count > 0) {
      this.sockets.set(userId, count);
      return;
    }
    this.sockets.delete(userId);
    const timer = setTimeout(() => {
      this.leaving.delete(userId);
      this.change(userId, false);
    }, GRACE_MS);
    timer.unref();
    this.leaving.set(userId, timer);
  }

  private change(userId: string, isOnline: boolean): void {
    this.changes.set(userId, isOnline);
    this.gatherFor(GATHER_MS);
  }

  private gatherFor(ms: number): void {
    this.gathering ??= setTimeout(() => void this.tell(), ms).unref();
  }

  /** One at a time: a later change must not be stored before an earlier one. */
  private async tell(): Promise<void> {
    const changes = this.changes;
    this.changes = new Map();
    try {
      await this.store(changes);
      this.gathering = null;
    } catch (fault) {
      this.log.warn({ err: fault }, 'presence could not be stored; it will be tried again');
      this.changes = new Map([...changes, ...this.changes]);
      this.gathering = null;
      this.gatherFor(RETRY_MS);
    }
    if (this.changes.size > 0) this.gatherFor(GATHER_MS);
  }

  private async store(changes: ReadonlyMap<string, boolean>): Promise<void> {
    const audiences = await this.repository.audiences([...changes.keys()]);
    for (const isOnline of [true, false]) {
      const userIds = [...changes].filter(([, online]) => online === isOnline).map(([userId]) => userId);
      if (userIds.length === 0) continue;
      const lastSeenAt = await this.repository.store(userIds, isOnline);
      for (const userId of userIds)
        this.emit({ userId, lastSeenAt }, { isOnline, audience: audiences.get(userId) ?? [] });
    }
  }

  private emit(event: PresenceEvent, { isOnline, audience }: { isOnline: boolean; audience: readonly string[] }): void {
    if (audience.length === 0) return;
    const others = this.io?.local.to(audience.map(conversationRoom)).except(userRoom(event.userId));
    others?.emit(isOnline ? 'status:online' : 'status:offline', event);
  }
}
