import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createReadTracker } from './read-tracker.js';

describe('U3: what counts as read', () => {
  let view = 0;
  let watching = true;
  let marks: number[] = [];
  let refuse = false;
  const make = () =>
    createReadTracker({
      seen: () => view,
      watching: () => watching,
      marked: () => (refuse ? 0 : (marks.at(-1) ?? 0)),
      mark: (seq) => {
        marks.push(seq);
        return refuse ? Promise.reject(new Error('offline')) : Promise.resolve();
      },
    });

  beforeEach(() => {
    jest.useFakeTimers();
    view = 5;
    watching = true;
    marks = [];
    refuse = false;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is what was in view for 300 ms', async () => {
    make().look();
    await jest.advanceTimersByTimeAsync(299);
    expect(marks).toEqual([]);
    await jest.advanceTimersByTimeAsync(2);
    expect(marks).toEqual([5]);
  });

  it('is not what only flew by', async () => {
    const tracker = make();
    view = 50;
    tracker.look();
    await jest.advanceTimersByTimeAsync(100);
    view = 5;
    tracker.look();
    await jest.advanceTimersByTimeAsync(1000);
    expect(marks).toEqual([5]);
  });

  it('is nothing while the tab is hidden or the window is without focus', async () => {
    watching = false;
    make().look();
    await jest.advanceTimersByTimeAsync(5000);
    expect(marks).toEqual([]);
    watching = true;
    const tracker = make();
    tracker.look();
    await jest.advanceTimersByTimeAsync(100);
    watching = false;
    await jest.advanceTimersByTimeAsync(5000);
    expect(marks).toEqual([]);
  });

  it('is told at most once a second, and at once when the reader turns away', async () => {
    const tracker = make();
    tracker.look();
    await jest.advanceTimersByTimeAsync(301);
    for (view = 6; view < 9; view += 1) {
      tracker.look();
      await jest.advanceTimersByTimeAsync(310);
    }
    expect(marks).toEqual([5]);
    tracker.flush();
    expect(marks).toEqual([5, 8]);
    tracker.flush();
    expect(marks).toEqual([5, 8]);
  });

  it('is told again when the mark was lost', async () => {
    const tracker = make();
    refuse = true;
    tracker.look();
    await jest.advanceTimersByTimeAsync(301);
    tracker.look();
    await jest.advanceTimersByTimeAsync(1500);
    expect(marks).toEqual([5, 5]);
  });
});
