import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { NodeRegister } from './node-register.js';
import { PresenceRepository } from './presence.repository.js';
import { PresencePublisher } from './presence-publisher.js';

/** A user is gone from this node only after this long without a socket: a reload or a change of network is not told. */
const GRACE_MS = 10_000;
/** Who came and went within this time is stored and told together. */
const GATHER_MS = 100;
const RETRY_MS = 2_000;
const AT_A_TIME = 1_000;

/**
 * Who has sockets on this node. Only changes are written; whoever is online or offline by them, on all nodes together,
 * is told to those who share a conversation of at most 100 members with them.
 */
@Injectable()
export class Presence implements OnApplicationShutdown {
  private readonly sockets = new Map<string, number>();
  private readonly leaving = new Map<string, NodeJS.Timeout>();
  /** What is to be stored next: user → here or not. */
  private readonly changes = new Map<string, boolean>();
  private gathering: NodeJS.Timeout | null = null;
  private isStoring = false;

  constructor(
    private readonly repository: PresenceRepository,
    private readonly register: NodeRegister,
    private readonly news: PresencePublisher,
    private readonly reporter: EventReporter,
  ) {
    register.whenRegistered(() => this.storeEveryone());
    repository.availability.onChange((isUp) => isUp && this.gatherFor(GATHER_MS));
  }

  onApplicationShutdown(): void {
    for (const timer of this.leaving.values()) clearTimeout(timer);
    if (this.gathering) clearTimeout(this.gathering);
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

  /** The database knows of none of our users (any more). */
  private storeEveryone(): void {
    for (const users of [this.sockets, this.leaving]) for (const userId of users.keys()) this.change(userId, true);
  }

  private change(userId: string, isHere: boolean): void {
    this.changes.set(userId, isHere);
    this.gatherFor(GATHER_MS);
  }

  private gatherFor(ms: number): void {
    if (this.isStoring || this.changes.size === 0) return;
    this.gathering ??= setTimeout(() => void this.storeChanges(), ms).unref();
  }

  /** One batch at a time: a later change must not be stored before an earlier one. */
  private async storeChanges(): Promise<void> {
    this.gathering = null;
    if (!this.repository.availability.isUp) return;
    const batch = new Map([...this.changes].slice(0, AT_A_TIME));
    for (const userId of batch.keys()) this.changes.delete(userId);
    this.isStoring = true;
    const isStored = await this.store(batch);
    this.isStoring = false;
    if (!isStored)
      for (const [userId, isHere] of batch) if (!this.changes.has(userId)) this.changes.set(userId, isHere);
    this.gatherFor(isStored ? GATHER_MS : RETRY_MS);
  }

  private async store(batch: ReadonlyMap<string, boolean>): Promise<boolean> {
    try {
      const changed = await this.repository.store(this.register.nodeId, batch);
      // Not registered: the next beat makes up for it, and then everyone who is here is stored.
      if (changed) await this.news.tell(changed);
      return changed !== null;
    } catch (fault) {
      this.reporter.presenceNotStored(fault);
      return false;
    }
  }
}
