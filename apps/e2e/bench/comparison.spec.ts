import { describe, expect, it } from '@jest/globals';
import { medianInterval } from './comparison.js';

describe('the interval of a median', () => {
  it('leaves out as many values at each end as the binomial distribution allows at 95 %', () => {
    const values = (count: number) => Array.from({ length: count }, (_, i) => count - i);
    expect(medianInterval(values(7))).toEqual({ median: 4, low: 1, high: 7, confidence: 1 - 2 / 2 ** 7 });
    expect(medianInterval(values(9))).toMatchObject({ median: 5, low: 2, high: 8 });
    expect(medianInterval(values(12))).toMatchObject({ median: 6.5, low: 3, high: 10 });
  });

  it('is not given for fewer values than can prove anything', () => {
    expect(medianInterval([1, 2, 3, 4, 5])).toBeNull();
  });
});
