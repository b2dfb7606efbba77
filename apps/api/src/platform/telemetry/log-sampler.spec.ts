import { expect, it } from '@jest/globals';
import { LogSampler } from './log-sampler.js';

it('S0.28: the first of a kind in a second is logged, with how many were not, and each kind by itself', () => {
  const clock = { now: 0 };
  const sampler = new LogSampler(() => clock.now);
  expect([sampler.next('ada'), sampler.next('ada'), sampler.next('ada'), sampler.next('bob')]).toEqual([
    0,
    null,
    null,
    0,
  ]);
  clock.now += 1_000;
  expect([sampler.next('ada'), sampler.next('ada'), sampler.next('bob')]).toEqual([2, null, 0]);
});

it('G8: kinds that were seen longest ago are forgotten where there are too many', () => {
  const sampler = new LogSampler(() => 0);
  sampler.next('first');
  for (let i = 0; i < 10_000; i += 1) sampler.next(`${i}`);
  expect([sampler.next('9999'), sampler.next('first')]).toEqual([null, 0]);
});
