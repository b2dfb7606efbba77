import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { NodeBus } from '../../realtime/bus/node-bus.js';
import type { Topic } from '../../realtime/bus/topic.js';
import {
  conversationRoom,
  IO,
  localSockets,
  type ParleyServer,
  presenceRoom,
  userRoom,
} from '../../realtime/socket.js';
import {
  type Audience,
  type ChangedPerson,
  type ChangePlace,
  type ChangeTimes,
  PeopleRepository,
} from './people.repository.js';

/** How late a change is published here at the latest. */
const LOOK_MS = 1_000;
/** After a change of which this node knows: what all nodes announce within this time is read at once. */
const SOON_MS = 250;
/** A commit may come to light so long after the time that its rows tell. */
const OVERLAP_MS = 5_000;
/** Audiences looked up at a time. */
const AT_A_TIME = 200;

/** Somebody's presence has changed: whose, and how, each node reads from the database. */
const PEOPLE_CHANGED: Topic<object> = {
  name: 'people-changed',
  format: 1,
  channel: 'nodes',
  decode: (value) => (typeof value === 'object' ? value : null),
};

/**
 * Publishes presence and profile changes to this node's sockets. Polls the database each second, so nothing is lost while
 * Redis or the database is away; bus messages only make it sooner.
 */
@Injectable()
export class PeoplePublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  /** The times of the changes found last, which the next look finds again. */
  private published = new Map<string, ChangeTimes>();
  /** When the last look began, by this process's clock. */
  private lookedAt = performance.now();
  private isLooking = false;
  private isAgain = false;
  private timer: NodeJS.Timeout | null = null;
  private soon: NodeJS.Timeout | null = null;

  constructor(
    private readonly repository: PeopleRepository,
    private readonly bus: NodeBus,
    @Inject(IO) private readonly io: ParleyServer,
    private readonly reporter: EventReporter,
  ) {
    bus.on(PEOPLE_CHANGED, () => this.lookSoon());
  }

  /** Nobody is connected yet: what the first look finds is known to whoever comes. */
  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
    if (this.soon) clearTimeout(this.soon);
  }

  /** Somebody's presence was changed by this node. */
  announce(): void {
    this.bus.publish(PEOPLE_CHANGED, {});
    this.lookSoon();
  }

  private lookSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = null;
      void this.look();
    }, SOON_MS).unref();
  }

  private async look(): Promise<void> {
    if (!this.repository.availability.isUp) return;
    this.isAgain = this.isLooking;
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      await this.publishChanges();
    } catch (fault) {
      // The next look reaches as far back as this one.
      this.reporter.peopleNotPublished(fault);
    } finally {
      this.isLooking = false;
      if (this.isAgain) this.lookSoon();
    }
  }

  private async publishChanges(): Promise<void> {
    const now = performance.now();
    const found = new Map<string, ChangeTimes>();
    const ms = now - this.lookedAt + OVERLAP_MS;
    let after: ChangePlace | null = null;
    do {
      const { people, next } = await this.repository.changedWithin(ms, after);
      const unpublished = people.flatMap((person) => this.unpublishedPart(person));
      if (this.io.of('/').sockets.size > 0) await this.publishAll(unpublished);
      for (const { view, presenceAt, profileAt } of people) {
        found.set(view.id, { presenceAt, profileAt });
        this.published.set(view.id, { presenceAt, profileAt });
      }
      after = next;
    } while (after);
    this.published = found;
    this.lookedAt = now;
  }

  private async publishAll(people: readonly ChangedPerson[]): Promise<void> {
    for (let at = 0; at < people.length; at += AT_A_TIME) {
      const some = people.slice(at, at + AT_A_TIME);
      const audiences = await this.repository.audiences(some.map(({ view }) => view.id));
      for (const person of some) this.publish(person, audiences.get(person.view.id) ?? []);
    }
  }

  /** The person with what of them was not published yet, if anything. */
  private unpublishedPart(person: ChangedPerson): ChangedPerson[] {
    const before = this.published.get(person.view.id);
    const presenceAt = person.presenceAt === before?.presenceAt ? null : person.presenceAt;
    const profileAt = person.profileAt === before?.profileAt ? null : person.profileAt;
    return presenceAt === null && profileAt === null ? [] : [{ ...person, presenceAt, profileAt }];
  }

  private publish(person: ChangedPerson, audience: readonly Audience[]): void {
    const { rooms } = this.io.of('/').adapter;
    const all = audience
      .map(({ conversationId }) => conversationRoom(conversationId))
      .filter((room) => rooms.has(room));
    const small = audience.flatMap((each) => (each.isSmall ? [conversationRoom(each.conversationId)] : []));
    for (const name of [this.emitProfile(person, all), this.emitPresence(person, { all, small })])
      if (name !== null) this.reporter.personPublished(name);
  }

  /** Returns the event's name; null where there is nothing to emit. */
  private emitProfile({ view, profileAt }: ChangedPerson, all: readonly string[]): string | null {
    if (profileAt === null) return null;
    this.io.local.to([...all, userRoom(view.id)]).emit('user:updated', { user: view });
    return 'user:updated';
  }

  /** Likewise. */
  private emitPresence(
    { view, presence, presenceAt }: ChangedPerson,
    { all, small }: { all: readonly string[]; small: readonly string[] },
  ): string | null {
    if (presenceAt === null) return null;
    const receivers = localSockets(this.io, [...small, ...this.watchers(view.id, all)]);
    if (!receivers) return null;
    const name = !presence.isOnline ? 'status:offline' : presence.isAway ? 'status:away' : 'status:online';
    const payload = { userId: view.id, lastSeenAt: presence.lastSeenAt };
    receivers.except(userRoom(view.id)).emit(name, payload);
    return name;
  }

  /** Those of the sockets that watch the user who (still) follow a conversation with them. */
  private watchers(userId: string, conversations: readonly string[]): string[] {
    const { rooms, sids } = this.io.of('/').adapter;
    return [...(rooms.get(presenceRoom(userId)) ?? [])].filter((id) => {
      const joined = sids.get(id);
      return conversations.some((room) => joined?.has(room));
    });
  }
}
