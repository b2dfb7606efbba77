import type { WorkerFacts } from './event-facts.js';
import { PushEvents } from './push-events.js';

/** By what nodes hear each other: Redis, or the bus of a machine's workers. */
type LinkPart = 'redis' | 'bus';

const LINKS = {
  redis: {
    counter: 'redis_links_total',
    up: 'nodes hear each other through Redis',
    away: 'there is no connection to Redis',
  },
  bus: {
    counter: 'worker_links_total',
    up: 'this worker hears the others',
    away: 'this worker does not hear the others',
  },
} as const;

/** The part of `EventReporter` that is about other nodes. */
export abstract class LinkEvents extends PushEvents {
  linkUp(part: LinkPart): void {
    this.counters.add(LINKS[part].counter, { is: 'up' });
    this.log.info(LINKS[part].up);
  }

  linkAway(part: LinkPart, reason: string): void {
    this.counters.add(LINKS[part].counter, { is: 'away' });
    this.log.warn({ fault: reason }, LINKS[part].away);
  }

  busListenerFailed(fault: unknown): void {
    this.counters.add('bus_listeners_failed_total');
    this.log.warn({ err: fault }, 'something on the bus could not be understood');
  }

  /** Of the launcher, which has no `/metrics`. */
  workerReady(worker: WorkerFacts): void {
    this.log.info(worker, 'a worker is ready');
  }

  /** By itself: it is started again. */
  workerEnded(worker: WorkerFacts & { code: number | null; signal: string | null }): void {
    this.log.error(worker, 'a worker has ended: another one is started in its place');
  }

  /** It cannot be started, or told anything. */
  workerFailed(worker: WorkerFacts, fault: unknown): void {
    this.log.error({ ...worker, err: fault }, 'a worker cannot be reached');
  }

  /** Reported together, at most once a minute. */
  busMessagesDropped(dropped: number, channel: string): void {
    this.counters.add('bus_messages_dropped_total', {}, dropped);
    this.log.warn(
      { dropped, channel },
      'messages in Redis that no node of this deployment has sent were dropped; see who else may publish there',
    );
  }
}
