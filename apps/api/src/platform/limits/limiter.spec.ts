import { expect, it } from '@jest/globals';
import { Limiter } from './limiter.js';

it('a budget with a pace fills up with time, for each key by itself, and no further than it holds', () => {
  const clock = { now: 0 };
  const limiter = new Limiter({ sends: { atOnce: 2, perSecond: 4 } }, () => clock.now);
  limiter.take('sends', 'ada');
  limiter.take('sends', 'ada');
  expect([limiter.left('sends', 'ada'), limiter.left('sends', 'bob')]).toEqual([0, 2]);
  clock.now += 250;
  expect(limiter.left('sends', 'ada')).toBe(1);
  clock.now += 60_000;
  expect(limiter.left('sends', 'ada')).toBe(2);
});

it('G8: a budget with a pace forgets keys that are full again', () => {
  const clock = { now: 0 };
  const limiter = new Limiter({ sends: { atOnce: 2, perSecond: 4 } }, () => clock.now);
  for (let i = 0; i < 1_000; i += 1, clock.now += 100) limiter.take('sends', i);
  expect(limiter.keys('sends')).toBeLessThanOrEqual(11);
});

it('a budget without a pace gives back what work took once it has ended, however', async () => {
  const limiter = new Limiter({ work: { atOnce: 1 } });
  const end = Promise.withResolvers<void>();
  const all = [limiter.during('work', 'ada', () => end.promise), limiter.during('work', 'ada', () => end.promise)];
  expect([limiter.left('work', 'ada'), limiter.left('work', 'bob'), limiter.running('work')]).toEqual([-1, 1, 2]);
  end.reject(new Error('lost'));
  await Promise.allSettled(all);
  expect([limiter.left('work', 'ada'), limiter.running('work'), limiter.running('work', 'ada')]).toEqual([1, 0, 0]);
});
