import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { NodeRegister } from './node-register.js';
import { PeoplePublisher } from './people-publisher.js';
import { type NodePresence, PresenceRepository } from './presence.repository.js';

/** A reload, a change of network or a short absence changes nothing: what is less than before counts after this long. */
const GRACE_MS = 10_000;
/** Who came and went within this time is stored together. */
const GATHER_MS = 200;
const RETRY_MS = 2_000;
const AT_A_TIME = 1_000;

interface Person {
  sockets: number;
  idle: number;
  /** As it is stored, or will be. */
  here: NodePresence | null;
  /** When a socket ended or ceased to be idle: nothing less than before counts until this is `GRACE_MS` ago. */
  movedAt: number;
  timer?: NodeJS.Timeout;
}

/** Who has sockets on this node, and whether anybody is at them. Only changes are written. */
@Injectable()
export class PresenceTracker implements OnApplicationShutdown {
  private readonly people = new Map<string, Person>();
  /** What is to be stored next. */
  private readonly changes = new Map<string, NodePresence>();
  private gathering: NodeJS.Timeout | null = null;
  private isStoring = false;

  constructor(
    private readonly repository: PresenceRepository,
    private readonly register: NodeRegister,
    private readonly publisher: PeoplePublisher,
    private readonly reporter: EventReporter,
  ) {
    register.whenRegistered(() => this.storeEveryone());
    repository.availability.onChange((isUp) => isUp && this.gatherFor(GATHER_MS));
  }

  onApplicationShutdown(): void {
    for (const { timer } of this.people.values()) clearTimeout(timer);
    if (this.gathering) clearTimeout(this.gathering);
  }

  came(userId: string): void {
    const person = this.people.get(userId) ?? { sockets: 0, idle: 0, here: null, movedAt: Number.NEGATIVE_INFINITY };
    this.people.set(userId, person);
    person.sockets += 1;
    this.settle(userId, person);
  }

  /** A socket ended, which was idle or not. */
  left(userId: string, wasIdle: boolean): void {
    const person = this.people.get(userId);
    if (!person) return;
    person.sockets -= 1;
    if (wasIdle) person.idle -= 1;
    person.movedAt = performance.now();
    this.settle(userId, person);
  }

  /** A socket that was not idle is, or the other way round. */
  idle(userId: string, isIdle: boolean): void {
    const person = this.people.get(userId);
    if (!person) return;
    person.idle += isIdle ? 1 : -1;
    if (!isIdle) person.movedAt = performance.now();
    this.settle(userId, person);
  }

  /** Coming back counts at once; whoever comes and goes all the time is there all the time. */
  private settle(userId: string, person: Person): void {
    clearTimeout(person.timer);
    const wanted = person.sockets === 0 ? 'gone' : person.idle === person.sockets ? 'idle' : 'active';
    if (wanted === person.here) return;
    const wait = wanted === 'active' ? 0 : person.movedAt + GRACE_MS - performance.now();
    if (wait > 0) {
      person.timer = setTimeout(() => this.settle(userId, person), Math.ceil(wait)).unref();
      return;
    }
    person.here = wanted;
    if (wanted === 'gone') this.people.delete(userId);
    this.change(userId, wanted);
  }

  /** The database knows of none of our users (any more). */
  private storeEveryone(): void {
    for (const [userId, { here }] of this.people) if (here) this.change(userId, here);
  }

  private change(userId: string, here: NodePresence): void {
    this.changes.set(userId, here);
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
    if (!isStored) for (const [userId, here] of batch) if (!this.changes.has(userId)) this.changes.set(userId, here);
    this.gatherFor(isStored ? GATHER_MS : RETRY_MS);
  }

  private async store(batch: ReadonlyMap<string, NodePresence>): Promise<boolean> {
    try {
      const changed = await this.repository.store(this.register.nodeId, batch);
      if (changed) this.publisher.announce();
      // Not registered: the next beat makes up for it, and then everyone who is here is stored.
      return changed !== null;
    } catch (fault) {
      this.reporter.presenceNotStored(fault);
      return false;
    }
  }
}
