import { describe, expect, it } from '@jest/globals';
import { Semaphore } from './semaphore.js';

const passed = async () => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};

describe('taking turns', () => {
  it('runs no more at a time than are allowed, in order of arrival, whatever becomes of each', async () => {
    const turns = new Semaphore({ atOnce: 2, mostWaiting: 10 });
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
    const turns = new Semaphore({ atOnce: 1, mostWaiting: 1, retryAfterMs: 5 });
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

  it('refuseWaiting refuses all who wait; what runs goes on, and the places of the refused are free', async () => {
    const turns = new Semaphore({ atOnce: 1, mostWaiting: 10, retryAfterMs: 5 });
    const first = Promise.withResolvers<string>();
    const running = turns.within(() => first.promise);
    const waiting = [turns.within(async () => 'not'), turns.within(async () => 'not')];
    turns.refuseWaiting();
    for (const each of waiting) {
      await expect(each).rejects.toMatchObject({ code: 'service_unavailable', extra: { retryAfterMs: 5 } });
    }
    const later = turns.within(async () => 'later');
    first.resolve('done');
    expect(await Promise.all([running, later])).toEqual(['done', 'later']);
  });

  it('refuses whoever waits longer than is allowed, and serves those behind', async () => {
    const turns = new Semaphore({ atOnce: 1, mostWaiting: 10, timeoutMs: 20 });
    const first = Promise.withResolvers<void>();
    const running = turns.within(() => first.promise);
    await expect(turns.within(async () => 'never')).rejects.toMatchObject({ code: 'service_unavailable' });
    const behind = turns.within(async () => 'behind');
    first.resolve();
    await running;
    expect(await behind).toBe('behind');
  });

  it('goes round among those whose work it is, in order of arrival for each', async () => {
    const turns = new Semaphore({ atOnce: 1, mostWaiting: 20 });
    const begun: string[] = [];
    const take = (of: string, n: number) => turns.within(async () => void begun.push(`${of}${n}`), of);
    const all = [...[0, 1, 2, 3].map((n) => take('a', n)), take('b', 0), take('c', 0), take('b', 1)];
    await Promise.all(all);
    expect(begun).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3']);
  });

  it('where too many wait, refuses the last of whoever has most of them, and nobody for one who has as many', async () => {
    const turns = new Semaphore({ atOnce: 1, mostWaiting: 3 });
    const first = Promise.withResolvers<void>();
    const running = turns.within(() => first.promise, 'a');
    const served = async () => 'served';
    const waiting = [turns.within(served, 'a'), turns.within(served, 'a'), turns.within(served, 'a')];
    const other = turns.within(served, 'b');
    await expect(waiting[2]).rejects.toMatchObject({ code: 'service_unavailable' });
    for (const each of ['a', 'b']) {
      await expect(turns.within(served, each)).rejects.toMatchObject({ code: 'service_unavailable' });
    }
    first.resolve();
    await running;
    expect(await Promise.all([waiting[0], waiting[1], other])).toEqual(['served', 'served', 'served']);
  });
});
