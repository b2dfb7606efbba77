import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { UserDetail } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import { UnknownPeople } from './unknown-people.js';

const profile = (id: string) => ({ id, username: id, displayName: id, avatarUrl: null, isBot: false });
const person = (id: string): UserDetail => ({ ...profile(id), isOnline: null, lastSeenAt: null });

describe('People of whom only the id was told', () => {
  let known: Set<string>;
  let asked: (readonly string[])[];
  let respond: (ids: readonly string[]) => Promise<UserDetail[]>;
  let people: UnknownPeople;

  beforeEach(() => {
    jest.useFakeTimers();
    known = new Set(['me']);
    asked = [];
    respond = async (ids) => ids.map(person);
    people = new UnknownPeople({
      isKnown: (id) => known.has(id),
      fetch: async (ids) => {
        asked.push(ids);
        return { items: await respond(ids), nextCursor: null, hasMore: false };
      },
      onFetched: (users) => {
        for (const { id } of users) known.add(id);
      },
    });
  });
  afterEach(() => void jest.useRealTimers());

  const pause = () => jest.advanceTimersByTimeAsync(60);

  it('are fetched together, and none that is known', async () => {
    people.request('me', 'ama');
    people.request('ben', 'ama');
    await pause();
    people.request('ama', 'ben');
    await pause();
    expect(asked).toEqual([['ama', 'ben']]);
  });

  it('are asked for a hundred at a time', async () => {
    people.request(...Array.from({ length: 250 }, (_, n) => `u${n}`));
    await jest.advanceTimersByTimeAsync(200);
    expect(asked.map((ids) => ids.length)).toEqual([100, 100, 50]);
  });

  it('are asked for once where the server does not know them, and again where it gave no answer', async () => {
    respond = async () => [];
    people.request('nobody');
    await pause();
    people.request('nobody');
    await pause();
    expect(asked).toEqual([['nobody']]);
    respond = () => Promise.reject(new SdkError('network', ''));
    people.request('ama');
    await pause();
    people.request('ama');
    await pause();
    expect(asked.slice(1)).toEqual([['ama'], ['ama']]);
  });

  it('are not asked for any more once it is cleared', async () => {
    people.request('ama');
    people.clear();
    await pause();
    expect(asked).toEqual([]);
  });

  it('G4: who is known is fetched again where there may be news, the latest 500', async () => {
    people.renew(Array.from({ length: 600 }, (_, i) => `u${i}`));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked.map((ids) => ids.length)).toEqual([100, 100, 100, 100, 100]);
    expect(asked.flat()).toEqual(Array.from({ length: 500 }, (_, i) => `u${i + 100}`));
    people.renew(['me']);
    await pause();
    expect(asked.at(-1)).toEqual(['me']);
  });
});
