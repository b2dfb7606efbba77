import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ExpiringCache } from './expiring-cache.js';

const load = (value: string) => jest.fn(() => Promise.resolve(value));

describe('a cache that forgets', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('loads once while it remembers, and again afterwards', async () => {
    const cache = new ExpiringCache<string>(10, 1000);
    const first = load('one');
    expect(await cache.getOrLoad('k', first)).toBe('one');
    expect(await cache.getOrLoad('k', first)).toBe('one');
    expect(first).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1000);
    expect(await cache.getOrLoad('k', load('two'))).toBe('two');
  });

  it('holds no more than it may', async () => {
    const cache = new ExpiringCache<string>(2, 1000);
    for (const key of ['a', 'b', 'c']) await cache.getOrLoad(key, load(key));
    expect(cache.get('a')).toBeUndefined();
    expect([cache.get('b'), cache.get('c')]).toEqual(['b', 'c']);
  });

  it.each([
    ['one entry', (cache: ExpiringCache<string>) => cache.forget('k')],
    ['some', (cache: ExpiringCache<string>) => cache.forgetWhere(() => false)],
  ])('does not keep what was read before it was told to forget %s', async (_what, forget) => {
    const cache = new ExpiringCache<string>(10, 1000);
    const { promise, resolve } = Promise.withResolvers<string>();
    const reading = cache.getOrLoad('k', () => promise);
    forget(cache);
    resolve('stale');
    expect(await reading).toBe('stale');
    expect(cache.get('k')).toBeUndefined();
  });

  it('forgets the values it is asked to, and keeps the others', async () => {
    const cache = new ExpiringCache<string>(10, 1000);
    for (const key of ['a', 'b', 'c']) await cache.getOrLoad(key, load(key));
    cache.forgetWhere((value) => value !== 'b');
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([undefined, 'b', undefined]);
  });

  it('remembers nothing of what could not be loaded', async () => {
    const cache = new ExpiringCache<string>(10, 1000);
    await expect(cache.getOrLoad('k', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await cache.getOrLoad('k', load('there'))).toBe('there');
  });
});
