import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { PushNotice } from '@parley/protocol';
import { PrivateAddressError } from '../../platform/push/private-address-error.js';
import type { PushAnswer, PushClient, PushTarget } from '../../platform/push/push-client.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { PUSH_CLIENT } from './push-client.provider.js';
import { PushRecipientsRepository } from './push-recipients.repository.js';
import { PushSubscriptionsRepository } from './push-subscriptions.repository.js';

export interface Push {
  target: PushTarget & { subscriptionId: string; userId: string };
  notice: PushNotice;
}

interface Attempt extends Push {
  /** Of the browser and the conversation: a later push takes the place of an earlier one. */
  topic: string;
  /** How often it was tried. */
  tries: number;
  /** Since when it waits here, by `performance.now()`. */
  since: number;
}

/** That wait here, for their turn or to be tried again. */
const MOST_WAITING = 2_000;
const AT_A_TIME = 8;
/** So that somebody whose push services do not answer holds up nobody else. */
const AT_A_TIME_OF_ONE = 2;
/** What waits for longer may have been read, deleted or taken from its reader meanwhile. */
const FRESH_MS = 1_000;
const MOST_TRIES = 4;
/** Doubles with each try; up to a half is taken off, so that nodes do not come together. */
const FIRST_RETRY_MS = 2_000;
/** Whoever wants to be left alone for longer is not asked again. */
const LONGEST_RETRY_MS = 300_000;
/** How long a push service keeps it for a browser that is away: a day. */
const TTL_SECONDS = 86_400;

/** Hands pushes to push services: a few at a time, again where that may help, and never more than it can hold. */
@Injectable()
export class PushSender implements OnApplicationShutdown {
  private readonly queue = new Map<string, Attempt>();
  private readonly retries = new Map<string, { attempt: Attempt; timer: NodeJS.Timeout }>();
  /** Whose it is, by the topic of what is being handed over. */
  private readonly sending = new Map<string, string>();
  private isClosed = false;

  constructor(
    @Inject(PUSH_CLIENT) private readonly client: PushClient | null,
    private readonly recipients: PushRecipientsRepository,
    private readonly subscriptions: PushSubscriptionsRepository,
    private readonly reporter: EventReporter,
  ) {}

  onApplicationShutdown(): void {
    this.isClosed = true;
    for (const { timer } of this.retries.values()) clearTimeout(timer);
    this.retries.clear();
    this.queue.clear();
  }

  /** Does not wait. What there is no room for is dropped, and counted. */
  send(pushes: readonly Push[]): void {
    for (const push of pushes) {
      const topic = topicOf(push);
      // What is being held back for the push service's sake stays so, with the newer words.
      const retry = this.retries.get(topic);
      if (retry) Object.assign(retry.attempt, push);
      else if (this.queue.has(topic) || this.waiting < MOST_WAITING)
        this.queue.set(topic, { ...push, topic, tries: 0, since: performance.now() });
      else this.drop();
    }
    this.start();
  }

  private get waiting(): number {
    return this.queue.size + this.retries.size;
  }

  private start(): void {
    for (const [topic, attempt] of this.queue) {
      if (this.sending.size === AT_A_TIME || this.isClosed) return;
      // Not beside the one before, which might then come last.
      if (this.sending.has(topic) || this.sendingOf(attempt.target.userId) >= AT_A_TIME_OF_ONE) continue;
      this.queue.delete(topic);
      this.sending.set(topic, attempt.target.userId);
      void this.attempt(attempt).finally(() => {
        this.sending.delete(topic);
        this.start();
      });
    }
  }

  private sendingOf(userId: string): number {
    return [...this.sending.values()].filter((each) => each === userId).length;
  }

  private async attempt(attempt: Attempt): Promise<void> {
    const { target, notice, topic, since } = attempt;
    attempt.tries += 1;
    try {
      const isFresh = attempt.tries === 1 && performance.now() - since < FRESH_MS;
      if (!isFresh && !(await this.recipients.isStillTold(target, notice))) return;
      const answer = await this.client?.deliver(target, JSON.stringify(notice), { ttl: TTL_SECONDS, topic });
      if (answer) await this.settle(attempt, answer);
    } catch (fault) {
      if (fault instanceof PrivateAddressError) this.giveUp(attempt, fault);
      else this.retryLater(attempt, null, fault);
    }
  }

  private async settle(attempt: Attempt, { status, retryAfterMs }: PushAnswer): Promise<void> {
    if (status >= 200 && status <= 299) return this.reporter.pushSent();
    if (status === 404 || status === 410) {
      const { subscriptionId, auth } = attempt.target;
      await this.subscriptions.forget(subscriptionId, auth);
      return this.reporter.pushSubscriptionGone(subscriptionId, status);
    }
    if (status === 429 || status >= 500) return this.retryLater(attempt, retryAfterMs, status);
    this.giveUp(attempt, status);
  }

  private retryLater(attempt: Attempt, retryAfterMs: number | null, why: unknown): void {
    const { topic, tries } = attempt;
    const ms = retryAfterMs ?? FIRST_RETRY_MS * 2 ** (tries - 1) * (1 - Math.random() / 2);
    if (this.isClosed || this.queue.has(topic)) return;
    if (tries >= MOST_TRIES || ms > LONGEST_RETRY_MS) return this.giveUp(attempt, why);
    if (this.waiting >= MOST_WAITING) return this.drop();
    const timer = setTimeout(() => {
      this.retries.delete(topic);
      this.queue.set(topic, attempt);
      this.start();
    }, ms);
    this.retries.set(topic, { attempt, timer: timer.unref() });
  }

  private giveUp({ target }: Attempt, why: unknown): void {
    this.reporter.pushFailed(target.subscriptionId, why);
  }

  private drop(): void {
    this.reporter.pushesDropped('full', 1);
  }
}

/** Tells the push service nothing of the conversation: `auth` is known to the browser and this server alone. */
function topicOf({ target, notice }: Push): string {
  const hash = createHash('sha256').update(`${target.subscriptionId} ${target.auth} ${notice.conversationId}`);
  return hash.digest('base64url').slice(0, 32);
}
