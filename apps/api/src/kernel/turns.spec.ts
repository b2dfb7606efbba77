import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

const passed = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

describe('taking turns', () => {
  it('runs no more at a time than are allowed, in order of arrival, whatever becomes of each', async () => {
    const turns = new Turns({ atOnce: 2, mostWaiting: 10 });
    const begun: number[] = [];
    const works = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const outcomes = Promise.allSettled(
      works.map((work, i) =>
        turns.within(() => {
          begun.push(i);
          return work.promise;
        }),
      ),
    );
    await passed();
    expect(begun).toEqual([0, 1]);
    works[1]?.reject(new Error('broken'));
    await passed();
    expect(begun).toEqual([0, 1, 2]);
    for (const work of works) work.resolve();
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it('refuses who comes when too many wait, and serves again when they are through', async () => {
    const turns = new Turns({ atOnce: 1, mostWaiting: 1, retryAfterMs: 5 });
    const first = Promise.withResolvers<void>();
    const held = [turns.within(() => first.promise), turns.within(async () => undefined)];
    await expect(turns.within(async () => undefined)).rejects.toMatchObject({
      code: 'service_unavailable',
      extra: { retryAfterMs: 5 },
    });
    first.resolve();
    await Promise.all(held);
    expect(await turns.within(async () => 'served')).toBe('served');
  });
});
