import { describe, expect, it } from '@jest/globals';
import { dayLabel, dayOf } from './dates.js';

describe('Days', () => {
  const now = new Date(2026, 2, 31, 0, 30);

  it('L8: today, yesterday, the weekday within a week, else the date', () => {
    expect(dayLabel(new Date(2026, 2, 31, 0, 1), now)).toBe('Today');
    expect(dayLabel(new Date(2026, 2, 30, 23, 59), now)).toBe('Yesterday');
    expect(dayLabel(new Date(2026, 2, 25, 12), now)).toBe('Wednesday');
    expect(dayLabel(new Date(2026, 2, 24, 12), now)).toMatch(/24/);
    expect(dayLabel(new Date(2025, 2, 24, 12), now)).toMatch(/2025/);
  });

  it('differ by one over a change of the clocks', () => {
    for (let day = 1; day <= 31; day += 1) {
      expect(dayOf(new Date(2026, 2, day + 1, 0, 0)) - dayOf(new Date(2026, 2, day, 23, 59))).toBe(1);
    }
  });
});
