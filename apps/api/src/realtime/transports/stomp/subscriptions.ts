import { ParleyError } from '../../../kernel/errors.js';
import { badFrame } from './header-text.js';

/** What a client follows on one connection. */
export interface Subscription {
  /** As the client names it; in 1.0, where it need not, the destination. */
  readonly id: string;
  /** A queue's destination, or the id of the conversation whose topic it is. */
  readonly target: string;
  /** The headers that all of its messages have, as they are written. */
  readonly head: string;
  /** Whether its messages name what an ACK would have to. */
  readonly wantsAcks: boolean;
}

export const MOST_SUBSCRIPTIONS = 1_000;
const NONE: readonly Subscription[] = [];

/** The subscriptions of one connection. */
export class Subscriptions {
  private readonly byId = new Map<string, Subscription>();
  private readonly byTarget = new Map<string, readonly Subscription[]>();

  /** @throws `bad_frames` where the id is in use, `too_large` */
  add(subscription: Subscription): void {
    const { id, target } = subscription;
    if (this.byId.has(id)) throw badFrame('id', 'is the id of another subscription of this connection');
    if (this.byId.size >= MOST_SUBSCRIPTIONS) {
      throw new ParleyError('too_large', { message: `A connection has at most ${MOST_SUBSCRIPTIONS} subscriptions.` });
    }
    this.byId.set(id, subscription);
    this.byTarget.set(target, [...this.at(target), subscription]);
  }

  remove(id: string): void {
    const subscription = this.byId.get(id);
    if (!subscription) return;
    this.byId.delete(id);
    const { target } = subscription;
    const others = this.at(target).filter((each) => each !== subscription);
    if (others.length > 0) this.byTarget.set(target, others);
    else this.byTarget.delete(target);
  }

  at(target: string): readonly Subscription[] {
    return this.byTarget.get(target) ?? NONE;
  }
}
