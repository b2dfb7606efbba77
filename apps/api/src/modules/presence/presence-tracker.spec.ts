import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PresenceTracker } from './presence-tracker.js';

const GRACE_MS = 10_000;

describe('who is here', () => {
  let stored: [string, string][];
  let tracker: PresenceTracker;
  let isRegistered: boolean;
  let reRegister: () => void;

  beforeEach(() => {
    jest.useFakeTimers();
    stored = [];
    isRegistered = true;
    const repository = {
      availability: { isUp: true, onChange: () => undefined },
      store: async (_node: string, changes: ReadonlyMap<string, string>) => {
        if (!isRegistered) return null;
        stored.push(...changes);
        return true;
      },
    };
    const register = {
      nodeId: 'n',
      whenRegistered: (listener: () => void) => {
        reRegister = listener;
      },
    };
    const publisher = { announce: () => undefined };
    tracker = new PresenceTracker(repository as never, register as never, publisher as never, Object.create(null));
  });
  afterEach(() => {
    tracker.onApplicationShutdown();
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  it('S3.25: ten tabs are one person, who is gone 10 seconds after the last of them', async () => {
    for (let tab = 0; tab < 10; tab += 1) tracker.came('ann');
    await pass(1_000);
    for (let tab = 0; tab < 10; tab += 1) tracker.left('ann', false);
    await pass(GRACE_MS - 1);
    expect(stored).toEqual([['ann', 'active']]);
    await pass(1_000);
    expect(stored).toEqual([
      ['ann', 'active'],
      ['ann', 'gone'],
    ]);
  });

  it('S3.25 A31: whoever comes and goes every second is there all the time', async () => {
    for (let round = 0; round < 60; round += 1) {
      tracker.came('ann');
      await pass(500);
      tracker.left('ann', false);
      await pass(500);
    }
    expect(stored).toEqual([['ann', 'active']]);
  });

  it('S3.25: is away at once with the last tab that becomes idle, and back at once', async () => {
    tracker.came('ann');
    tracker.came('ann');
    tracker.idle('ann', true);
    await pass(1_000);
    tracker.idle('ann', true);
    await pass(1_000);
    tracker.idle('ann', false);
    await pass(1_000);
    expect(stored.map(([, here]) => here)).toEqual(['active', 'idle', 'active']);
  });

  it('S3.25 A31: whoever looks away and back every second is not away; who stays away is, 10 seconds after the last look', async () => {
    tracker.came('ann');
    await pass(1_000);
    for (let round = 0; round < 30; round += 1) {
      tracker.idle('ann', true);
      await pass(1_000);
      tracker.idle('ann', false);
      await pass(1_000);
    }
    expect(stored.map(([, here]) => here)).toEqual(['active', 'idle', 'active']);
    tracker.idle('ann', true);
    await pass(GRACE_MS);
    expect(stored.at(-1)).toEqual(['ann', 'idle']);
  });

  it('S3.25: a tab that is closed does not make the idle one beside it away at once', async () => {
    tracker.came('ann');
    tracker.came('ann');
    tracker.idle('ann', true);
    await pass(1_000);
    tracker.left('ann', false);
    await pass(GRACE_MS - 1);
    expect(stored.map(([, here]) => here)).toEqual(['active']);
    tracker.came('ann');
    await pass(GRACE_MS);
    expect(stored.map(([, here]) => here)).toEqual(['active']);
  });

  it('F5: stores everyone anew, as they are, where the node was taken for dead', async () => {
    isRegistered = false;
    tracker.came('ann');
    await pass(10_000);
    tracker.came('bob');
    tracker.idle('bob', true);
    isRegistered = true;
    reRegister();
    await pass(3_000);
    expect(new Map(stored)).toEqual(
      new Map([
        ['ann', 'active'],
        ['bob', 'idle'],
      ]),
    );
  });
});
