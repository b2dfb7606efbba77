import { faultLevel } from '../../kernel/errors.js';
import { FileEvents } from './file-events.js';

/** The part of `EventReporter` that is about pushes. Their addresses are secrets, and neither these nor their words are logged. */
export abstract class PushEvents extends FileEvents {
  /** A push service has taken it. */
  pushSent(): void {
    this.counters.add('pushes_total', { is: 'sent' });
    this.log.trace('a push was sent');
  }

  /** Nobody is told: there was no room, or nothing helped. */
  pushFailed(subscriptionId: string, why: unknown): void {
    this.counters.add('pushes_total', { is: 'failed' });
    const facts = typeof why === 'number' ? { status: why } : { err: why };
    this.log.info({ subscriptionId, ...facts }, 'a push service did not take a push');
  }

  pushSubscriptionGone(subscriptionId: string, status: number): void {
    this.counters.add('pushes_total', { is: 'gone' });
    this.log.info({ subscriptionId, status }, 'a browser is not told of messages any more: its push service says so');
  }

  pushesDropped(of: 'messages' | 'recipients' | 'full', count: number): void {
    this.counters.add('pushes_dropped_total', { of }, count);
    this.log.debug({ of, count }, 'there was no room for pushes');
  }

  /** It could not be found out whom to tell of these messages. */
  pushesUndecided(messages: number, fault: unknown): void {
    this.counters.add('pushes_dropped_total', { of: 'messages' }, messages);
    this.log[faultLevel(fault)]({ messages, err: fault }, 'nobody is told of messages whose app is closed');
  }

  /** They are told of nothing all the same, since their sessions are over. */
  pushesNotForgotten(fault: unknown): void {
    this.counters.add('push_subscriptions_left_total');
    this.log[faultLevel(fault)]({ err: fault }, 'subscriptions of ended sessions are left to go with these');
  }
}
