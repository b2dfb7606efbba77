import { describe, expect, it } from '@jest/globals';
import { barsOf } from './waveform-bars.js';

describe('The bars of a waveform', () => {
  it('are as high for a quiet speaker as for a loud one', () => {
    expect(barsOf([0, 5, 10])).toEqual([8, 50, 100]);
    expect(barsOf([0, 50, 100])).toEqual([8, 50, 100]);
  });

  it('are low where there is nothing but noise, and where nothing is known', () => {
    expect(Math.max(...barsOf([0, 1, 1]))).toBeLessThan(20);
    expect(new Set(barsOf())).toEqual(new Set([8]));
    expect(barsOf([])).toEqual([]);
  });

  it('stay inside their place, whatever a server says', () => {
    expect(barsOf([200, 300, -5])).toEqual([67, 100, 8]);
  });
});
