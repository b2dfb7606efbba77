import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ServerClock } from './server-clock.js';

describe('The clock of the server', () => {
  const NOON = Date.parse('2026-01-01T12:00:00.000Z');
  let clock: ServerClock;
  beforeEach(() => {
    jest.useFakeTimers({ now: NOON });
    clock = new ServerClock();
  });
  afterEach(() => void jest.useRealTimers());

  it('is the device’s until the server has told its own', () => {
    expect(clock.now()).toBe(NOON);
    clock.atLeast('2026-01-01T13:00:00.000Z');
    expect(clock.now()).toBe(NOON);
  });

  it('goes on by itself from what was told, whatever becomes of the device’s', () => {
    jest.setSystemTime(NOON + 20 * 60_000);
    clock.set('2026-01-01T12:00:00.000Z');
    jest.setSystemTime(NOON - 3_600_000);
    jest.advanceTimersByTime(1_500);
    expect(clock.now()).toBe(NOON + 1_500);
  });

  it('is never before what has happened there, and no word takes it back or breaks it', () => {
    clock.set('2026-01-01T12:00:00.000Z');
    clock.atLeast('2026-01-01T12:05:00.000Z');
    clock.atLeast('2026-01-01T12:01:00.000Z');
    clock.atLeast('noon');
    clock.set('noon');
    expect(clock.now()).toBe(NOON + 5 * 60_000);
  });
});
