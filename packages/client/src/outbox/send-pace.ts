import { type AnnouncedLimits, type Budget, sendBudgets } from '@parley/protocol';

export type SendLimits = Pick<AnnouncedLimits, 'messagesPerSecond' | 'messagesPerMinute'>;

interface Bucket extends Budget {
  level: number;
  at: number;
}

/**
 * When the next send may leave without being refused: by the budgets that the server announced, each smaller by one, so
 * that what comes to the server a little closer together than it left here is taken too.
 */
export class SendPace {
  #buckets: Bucket[] = [];
  #announced = '';
  #heldUntil = 0;

  /** As announced, again and again; 0: not limited. Ends what `hold` began. */
  follow(limits: SendLimits | null): void {
    this.#heldUntil = 0;
    const { messagesPerSecond = 0, messagesPerMinute = 0 } = limits ?? {};
    const announced = `${messagesPerSecond} ${messagesPerMinute}`;
    if (announced === this.#announced) return;
    this.#announced = announced;
    const { burst, sustained } = sendBudgets({ messagesPerSecond, messagesPerMinute });
    const budgets = [...(messagesPerSecond > 0 ? [burst] : []), ...(messagesPerMinute > 0 ? [sustained] : [])];
    this.#buckets = budgets.map(({ atOnce, perSecond }) => {
      const most = Math.max(1, atOnce - 1);
      return { atOnce: most, perSecond, level: most, at: performance.now() };
    });
  }

  /** Nothing leaves for so long, as the server asked. */
  hold(ms: number): void {
    this.#heldUntil = performance.now() + ms;
  }

  /** Milliseconds until one may leave. */
  wait(): number {
    const now = performance.now();
    const waits = this.#buckets.map((bucket) => ((1 - levelOf(bucket, now)) / bucket.perSecond) * 1_000);
    return Math.max(0, this.#heldUntil - now, ...waits);
  }

  /** One leaves. */
  take(): void {
    const now = performance.now();
    for (const bucket of this.#buckets) {
      bucket.level = levelOf(bucket, now) - 1;
      bucket.at = now;
    }
  }
}

const levelOf = ({ level, at, atOnce, perSecond }: Bucket, now: number): number =>
  Math.min(atOnce, level + ((now - at) / 1_000) * perSecond);
