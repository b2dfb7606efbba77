import { describe, expect, it } from '@jest/globals';
import { Reminder } from './reminder.js';

describe('what is said again', () => {
  it('is a new reason at once, and one that stays once a minute', () => {
    let now = 0;
    const reminder = new Reminder(() => now);
    const said = [0, 1, 59, 60, 61, 120].map((second) => {
      now = second * 1_000;
      return reminder.isDue('refused');
    });
    expect(said).toEqual([true, false, false, true, false, true]);
    expect(reminder.isDue('another')).toBe(true);
    expect(reminder.isDue('refused')).toBe(false);
    reminder.reset();
    expect(reminder.isDue('refused')).toBe(true);
  });

  it('of many reasons the latest are told apart', () => {
    const reminder = new Reminder(() => 0);
    const reasons = Array.from({ length: 1_000 }, (_, i) => `reason ${i}`);
    expect(reasons.map((reason) => reminder.isDue(reason))).not.toContain(false);
    expect(reasons.slice(-64).map((reason) => reminder.isDue(reason))).not.toContain(true);
    expect(reminder.isDue('reason 0')).toBe(true);
  });
});
