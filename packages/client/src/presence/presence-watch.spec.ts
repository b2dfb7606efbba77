import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { UserPresence } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import { PresenceWatch } from './presence-watch.js';

const AT = '2026-01-02T03:04:05.678Z';
const online = { isOnline: true, isAway: false, lastSeenAt: AT };
const offline = { ...online, isOnline: false };

describe('Whose presence is watched', () => {
  let asked: [string, object][];
  let answer: () => Promise<object>;
  let watch: PresenceWatch;

  beforeEach(() => {
    jest.useFakeTimers();
    asked = [];
    answer = async () => ({ users: {} });
    watch = new PresenceWatch(((name: string, payload: object) => {
      asked.push([name, payload]);
      return answer();
    }) as never);
  });
  afterEach(() => {
    watch.pause();
    jest.useRealTimers();
  });

  const pass = (ms = 1_000) => jest.advanceTimersByTimeAsync(ms);
  const tell = (userId: string) => watch.applyEvent('status:online', { userId, lastSeenAt: AT });
  const of = (id: string): UserPresence | undefined => watch.known.getSnapshot().get(id);

  it('S2.26: is asked for together, once there is a connection, and again with each', async () => {
    watch.watch(['ann', 'bob']);
    await pass();
    expect(asked).toEqual([]);
    answer = async () => ({ users: { ann: online } });
    watch.resume();
    watch.watch(['eve']);
    await pass();
    expect(asked).toEqual([['presence:subscribe', { userIds: ['ann', 'bob', 'eve'] }]]);
    expect([of('ann'), of('bob')]).toEqual([online, undefined]);
    watch.pause();
    answer = async () => ({ users: { bob: offline } });
    watch.resume();
    await pass();
    expect([of('ann'), of('bob')]).toEqual([undefined, offline]);
  });

  it('S2.26: is counted: who is let go of by one of two stays, and nobody asks for fewer', async () => {
    watch.resume();
    const [first, second] = [watch.watch(['ann']), watch.watch(['ann'])];
    await pass();
    first();
    first();
    watch.watch(['bob']);
    await pass();
    second();
    watch.watch(['eve']);
    await pass();
    expect(asked.map(([, payload]) => payload)).toEqual([
      { userIds: ['ann'] },
      { userIds: ['ann', 'bob'] },
      { userIds: ['bob', 'eve'] },
    ]);
  });

  it('S2.26: is of the latest 500', async () => {
    watch.resume();
    watch.watch(Array.from({ length: 600 }, (_, i) => `u${i}`));
    await pass();
    const [[, payload] = ['', {}]] = asked;
    expect(payload).toEqual({ userIds: Array.from({ length: 500 }, (_, i) => `u${i + 100}`) });
  });

  it('S3.24: follows events, of others too, and an event is newer than the answer under way', async () => {
    let arrive: (users: object) => void = () => undefined;
    answer = () => new Promise((resolve) => (arrive = (users) => resolve({ users })));
    watch.resume();
    watch.watch(['ann']);
    await pass();
    tell('ann');
    tell('stranger');
    arrive({ ann: offline });
    await pass();
    expect([of('ann'), of('stranger')]).toEqual([online, online]);
    watch.applyEvent('status:away', { userId: 'ann', lastSeenAt: AT });
    expect(of('ann')).toEqual({ ...online, isAway: true });
    watch.applyEvent('status:offline', { userId: 'ann', lastSeenAt: null });
    expect(of('ann')).toEqual({ ...offline, lastSeenAt: null });
  });

  it('S2.26: forgets with a new connection whom nobody watches, since nobody said what was missed', () => {
    tell('stranger');
    const before = watch.known.getSnapshot();
    watch.resume();
    expect(of('stranger')).toBeUndefined();
    expect(before.has('stranger')).toBe(true);
  });

  it('S2.26: forgets with a new connection those beyond the latest 500, of whom nobody asks any more', async () => {
    watch.resume();
    watch.watch(Array.from({ length: 600 }, (_, i) => `u${i}`));
    await pass();
    tell('u0');
    tell('u599');
    watch.pause();
    watch.resume();
    expect([of('u0'), of('u599')]).toEqual([undefined, online]);
  });

  it('S2.26: reports changes that come together once', async () => {
    const listener = jest.fn();
    watch.known.subscribe(listener);
    for (const id of ['ann', 'bob', 'eve']) tell(id);
    expect(of('eve')).toEqual(online);
    await pass();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('S2.26: is not asked for again where that is refused for good, until another user is watched', async () => {
    answer = async () => {
      throw new SdkError('forbidden', 'No.', { retryable: false });
    };
    watch.resume();
    watch.watch(['ann']);
    await pass(600_000);
    expect(asked).toHaveLength(1);
    watch.watch(['bob']);
    await pass();
    expect(asked).toHaveLength(2);
  });

  it('S2.26: waits as long as the server wants it to', async () => {
    answer = async () => {
      throw new SdkError('rate_limited', 'Slower.', { retryAfterMs: 90_000 });
    };
    watch.resume();
    watch.watch(['ann']);
    await pass(1_000);
    watch.watch(['bob']);
    await pass(80_000);
    expect(asked).toHaveLength(1);
    await pass(10_000);
    expect(asked).toHaveLength(2);
  });

  it('S2.26: a user who is watched next does not wait for a retry', async () => {
    answer = async () => {
      throw new SdkError('timeout', 'No answer.');
    };
    watch.resume();
    watch.watch(['ann']);
    await pass(120_000);
    asked = [];
    watch.watch(['bob']);
    await pass(50);
    expect(asked).toEqual([['presence:subscribe', { userIds: ['ann', 'bob'] }]]);
  });

  it('S2.26: is asked for again where that failed', async () => {
    answer = async () => {
      throw new SdkError('timeout', 'No answer.');
    };
    watch.resume();
    watch.watch(['ann']);
    await pass(60);
    answer = async () => ({ users: { ann: online } });
    await pass(60_000);
    expect(of('ann')).toEqual(online);
  });

  it('S2.26: says that nobody is here, and says it again to each connection', async () => {
    watch.setIdle(true);
    watch.resume();
    watch.setIdle(false);
    watch.setIdle(true);
    watch.pause();
    watch.resume();
    expect(asked).toEqual([true, false, true, true].map((isIdle) => ['presence:idle', { isIdle }]));
  });
});
