import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { NodeBus } from '../../realtime/bus/node-bus.js';
import type { Topic } from '../../realtime/bus/topic.js';
import { conversationRoom, IO, type ParleyServer, presenceRoom, userRoom } from '../../realtime/socket.js';
import { type Audience, type ChangedPerson, PeopleRepository } from './people.repository.js';

/** How late a change is told here at the latest. */
const LOOK_MS = 1_000;
/** After a change of which this node knows. */
const SOON_MS = 50;
/** A commit may come to light so long after the time that its rows tell. */
const OVERLAP_MS = 5_000;
/** Audiences looked up at a time. */
const AT_A_TIME = 200;

/** Somebody's presence or profile has changed: whose, and how, each node reads from the database. */
const PEOPLE_CHANGED: Topic<object> = {
  name: 'people-changed',
  format: 1,
  channel: 'nodes',
  decode: (value) => (typeof value === 'object' ? value : null),
};

/**
 * Tells this node's sockets who came, went away or left, and who has another name: it reads from the database, every
 * second, what has changed within the last few, and compares it with what it told. So nothing is missed while Redis, or the
 * database, is away; that nodes tell each other of a change only makes it faster.
 */
@Injectable()
export class PeoplePublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  /** The changes found last, each by the times at which they were made. */
  private told = new Map<string, ChangedPerson>();
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

  /** Somebody's presence or profile was changed by this node. */
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
      await this.tellChanges();
    } catch (fault) {
      // The next look reaches as far back as this one.
      this.reporter.peopleNotPublished(fault);
    } finally {
      this.isLooking = false;
      if (this.isAgain) this.lookSoon();
    }
  }

  private async tellChanges(): Promise<void> {
    const now = performance.now();
    const people = await this.repository.changedWithin(now - this.lookedAt + OVERLAP_MS);
    const news = people.flatMap((person) => this.newsOf(person));
    if (this.io.of('/').sockets.size > 0) await this.tellAll(news);
    this.told = new Map(people.map((person) => [person.view.id, person]));
    this.lookedAt = now;
  }

  private async tellAll(news: readonly ChangedPerson[]): Promise<void> {
    for (let at = 0; at < news.length; at += AT_A_TIME) {
      const some = news.slice(at, at + AT_A_TIME);
      const audiences = await this.repository.audiences(some.map(({ view }) => view.id));
      for (const person of some) this.tell(person, audiences.get(person.view.id) ?? []);
    }
  }

  /** The person with what was not told of them, if anything. */
  private newsOf(person: ChangedPerson): ChangedPerson[] {
    const before = this.told.get(person.view.id);
    const presenceAt = person.presenceAt === before?.presenceAt ? null : person.presenceAt;
    const profileAt = person.profileAt === before?.profileAt ? null : person.profileAt;
    return presenceAt === null && profileAt === null ? [] : [{ ...person, presenceAt, profileAt }];
  }

  private tell({ view, presence, presenceAt, profileAt }: ChangedPerson, audience: readonly Audience[]): void {
    const { rooms } = this.io.of('/').adapter;
    const all = audience
      .map(({ conversationId }) => conversationRoom(conversationId))
      .filter((room) => rooms.has(room));
    const own = userRoom(view.id);
    if (profileAt !== null) {
      this.io.local.to([...all, own]).emit('user:updated', { user: view });
      this.published('user:updated');
    }
    if (presenceAt === null) return;
    const small = audience.flatMap((each) => (each.isSmall ? [conversationRoom(each.conversationId)] : []));
    const hearers = [...small, ...this.watchers(view.id, all)];
    // To no room would be to everybody.
    if (hearers.length === 0) return;
    const name = !presence.isOnline ? 'status:offline' : presence.isAway ? 'status:away' : 'status:online';
    this.io.local.to(hearers).except(own).emit(name, { userId: view.id, lastSeenAt: presence.lastSeenAt });
    this.published(name);
  }

  private published(event: string): void {
    this.reporter.personPublished(event);
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
