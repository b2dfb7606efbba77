import { describe, expect, it } from '@jest/globals';
import { LatencyHistogram, quantile } from './latency-histogram.js';

describe('LatencyHistogram', () => {
  it('agrees with the exact quantiles to 1.1 %', () => {
    const times = Array.from({ length: 10_000 }, (_, index) => 50 + ((index * 7919) % 10_000) * 13);
    const histogram = new LatencyHistogram();
    for (const time of times) histogram.add(time);
    for (const share of [0.5, 0.99, 1]) {
      const exact = (quantile(times, share) as number) / 1000;
      expect(Math.abs((histogram.quantile(share) as number) / exact - 1)).toBeLessThan(0.0111);
    }
  });

  it('merges what another process counted', () => {
    const [one, two] = [new LatencyHistogram(), new LatencyHistogram()];
    one.add(1000);
    two.add(4000);
    one.merge(new LatencyHistogram(JSON.parse(JSON.stringify(two)) as number[]));
    expect(one.quantile(0.5)).toBeCloseTo(1, 1);
    expect(one.quantile(1)).toBeCloseTo(4, 1);
  });

  it('has no quantile where nothing was counted', () => {
    expect(new LatencyHistogram().quantile(0.5)).toBeNull();
    expect(quantile([], 0.5)).toBeNull();
  });
});
