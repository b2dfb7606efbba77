import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SearchBackfill } from './search-backfill.js';

/** Until the first look, and between two where there is nothing to do. */
const [FIRST_MS, LOOK_MS] = [3_000, 1_000];

describe('the search backfill', () => {
  /** What each look works off; null once there is none left. */
  let looks: (number | null)[];
  let reported: { done: number; left: number }[];
  let asked: number;
  let cleaned: number;
  let availability: { isUp: boolean };
  let backfill: SearchBackfill;

  beforeEach(() => {
    jest.useFakeTimers();
    [looks, reported, asked, cleaned, availability] = [[], [], 0, 0, { isUp: true }];
    const tokens = {
      availability,
      workOff: async () => {
        asked += 1;
        return looks.shift() ?? null;
      },
      backlog: async () => looks.reduce<number>((sum, each) => sum + (each ?? 0), 0),
      cleanPendingList: async () => {
        cleaned += 1;
      },
    };
    const reporter = { searchBackfilled: (progress: (typeof reported)[number]) => reported.push(progress) };
    const health = { detail: () => undefined };
    backfill = new SearchBackfill({ search: true } as never, tokens as never, health as never, reporter as never);
    backfill.onApplicationBootstrap();
  });
  afterEach(() => {
    backfill.onApplicationShutdown();
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('reports what it has worked off, and every ten seconds while another node goes on with it', async () => {
    looks = [250, 250, ...Array.from({ length: 25 }, () => 0), 70, null];
    await pass(FIRST_MS);
    await pass(LOOK_MS);
    expect(reported).toEqual([{ done: 250, left: 320 }]);
    await pass(24 * LOOK_MS);
    expect(reported).toEqual([
      { done: 250, left: 320 },
      { done: 500, left: 70 },
      { done: 500, left: 70 },
    ]);
    await pass(5 * LOOK_MS);
    expect(reported.at(-1)).toEqual({ done: 570, left: 0 });
    await pass(20 * LOOK_MS);
    expect(reported).toHaveLength(4);
  });

  it('reports nothing where another node does all of it', async () => {
    looks = Array.from({ length: 30 }, () => 0);
    await pass(FIRST_MS + 60 * LOOK_MS);
    expect(reported).toEqual([]);
    expect(cleaned).toBe(asked);
  });

  it('leaves a database alone that is away', async () => {
    availability.isUp = false;
    await pass(FIRST_MS + 10 * LOOK_MS);
    expect([asked, cleaned]).toEqual([0, 0]);
    availability.isUp = true;
    await pass(LOOK_MS);
    expect([asked, cleaned]).toEqual([1, 1]);
  });
});
