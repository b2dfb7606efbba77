import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RepeatedWork } from './repeated-work.js';

describe('work that is repeated', () => {
  let runs: number;
  let faults: unknown[];
  let work: RepeatedWork;
  let outcome: () => Promise<void>;

  beforeEach(() => {
    jest.useFakeTimers();
    [runs, faults, outcome] = [0, [], () => Promise.resolve()];
    const run = () => {
      runs += 1;
      return outcome();
    };
    work = new RepeatedWork({ everyMs: () => 1_000, run, onFault: (fault) => faults.push(fault) });
  });
  afterEach(() => {
    work.stop();
    jest.useRealTimers();
  });

  it('is begun again so long after its end, also where it failed', async () => {
    outcome = () => Promise.reject(new Error('not now'));
    work.start(10);
    await jest.advanceTimersByTimeAsync(10);
    expect([runs, faults]).toEqual([1, [new Error('not now')]]);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(runs).toBe(3);
  });

  it('is not begun a second time while it goes on, nor once it was stopped, and its faults are nobody’s then', async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    outcome = () => promise;
    work.start();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(runs).toBe(1);
    work.stop();
    reject(new Error('too late'));
    await jest.advanceTimersByTimeAsync(10_000);
    expect([runs, faults, work.isStopped]).toEqual([1, [], true]);
  });
});
