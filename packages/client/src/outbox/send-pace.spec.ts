import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sendBudgets } from '@parley/protocol';
import { SendPace } from './send-pace.js';

const LIMITS = { messagesPerSecond: 10, messagesPerMinute: 120 };

describe('The pace of sends', () => {
  let pace: SendPace;

  beforeEach(() => {
    jest.useFakeTimers();
    pace = new SendPace();
  });
  afterEach(() => void jest.useRealTimers());

  /** When each of so many leaves. */
  function departures(count: number): number[] {
    return Array.from({ length: count }, () => {
      jest.advanceTimersByTime(Math.ceil(pace.wait()));
      pace.take();
      return performance.now();
    });
  }

  /** How much the server has left, at the worst, of the budget of which it has least. */
  function leastLeft(receivedAt: readonly number[]): number {
    const { burst, sustained } = sendBudgets(LIMITS);
    const least = [burst, sustained].map(({ atOnce, perSecond }) => {
      let [level, at, worst] = [atOnce, receivedAt[0] as number, atOnce];
      for (const time of receivedAt) {
        level = Math.min(atOnce, level + ((time - at) / 1_000) * perSecond) - 1;
        at = time;
        worst = Math.min(worst, level);
      }
      return worst;
    });
    return Math.min(...least);
  }

  it('lets 500 leave at the server’s pace, so that none is refused, though some come a little late', () => {
    pace.follow(LIMITS);
    const times = departures(500);
    // Every third one is late, and so nearer to the next.
    const receivedAt = times.map((time, i) => (i % 3 === 0 ? time + 90 : time)).toSorted((a, b) => a - b);
    expect(leastLeft(receivedAt)).toBeGreaterThanOrEqual(0);
    const took = (times.at(-1) as number) - (times[0] as number);
    expect(took).toBeLessThan((500 / 120) * 60_000 * 1.02);
  });

  it('does not begin anew when the same is announced again, as after every connection', () => {
    pace.follow(LIMITS);
    departures(20);
    expect(pace.wait()).toBeGreaterThan(0);
    pace.follow(LIMITS);
    expect(pace.wait()).toBeGreaterThan(0);
    pace.follow({ ...LIMITS, messagesPerMinute: 240 });
    expect(pace.wait()).toBe(0);
  });

  it('knows no wait where nothing is limited, or nothing was announced, but for what the server asks', () => {
    for (const announced of [null, { messagesPerSecond: 0, messagesPerMinute: 0 }]) {
      pace.follow(announced);
      expect(departures(1_000).at(-1)).toBe(performance.now());
      expect(pace.wait()).toBe(0);
    }
    pace.hold(1_500);
    expect(pace.wait()).toBe(1_500);
    pace.hold(0);
    expect(pace.wait()).toBe(0);
  });
});
