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
});
