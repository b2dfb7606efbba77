import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createReadTracker } from './read-tracker.js';

describe('U3: what counts as read', () => {
  let view = 0;
  let watching = true;
  let marks: number[] = [];
  const make = () =>
    createReadTracker({ seen: () => view, watching: () => watching, moveMarker: (seq) => void marks.push(seq) });

  beforeEach(() => {
    jest.useFakeTimers();
    view = 5;
    watching = true;
    marks = [];
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

  it('is not what was in view for less', async () => {
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

  it('is reported once, and never less than before', async () => {
    const tracker = make();
    for (view of [5, 5, 3, 8]) {
      tracker.look();
      await jest.advanceTimersByTimeAsync(310);
    }
    expect(marks).toEqual([5, 8]);
  });

  it('is nothing after the reader has left', async () => {
    const tracker = make();
    tracker.look();
    tracker.stop();
    await jest.advanceTimersByTimeAsync(1000);
    expect(marks).toEqual([]);
  });
});
