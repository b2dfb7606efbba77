import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readEnvironment } from '../../config/environment.js';
import { MemoryNodeBus } from '../bus/memory-node-bus.js';
import { UserSockets } from './user-sockets.js';

const LIMIT = 40;
/** From so many on a node publishes a user's count. */
const MANY = 4;

describe('The sockets of a user', () => {
  let buses: Set<MemoryNodeBus>;

  beforeEach(() => {
    jest.useFakeTimers();
    buses = new Set();
  });
  afterEach(() => void jest.useRealTimers());

  const aNode = () =>
    new UserSockets(
      readEnvironment({ RATE_LIMITS: 'on', MAX_CONNECTIONS_PER_USER: `${LIMIT}` }),
      new MemoryNodeBus({ busMessageUnreadable: (topic) => expect(topic).toBeNull() }, buses),
    );
  const come = (node: UserSockets, count: number) => {
    for (let i = 0; i < count; i += 1) node.change('ann', 1);
  };

  it('are summed up within a second, the few on other nodes included', () => {
    const [a, b, c] = [aNode(), aNode(), aNode()];
    come(b, 1);
    come(c, 2);
    come(a, MANY);
    jest.advanceTimersByTime(1_000);
    expect([a, b, c].map((node) => node.of('ann'))).toEqual([7, 7, 7]);
    b.change('ann', -1);
    jest.advanceTimersByTime(1_000);
    expect([a, b, c].map((node) => node.of('ann'))).toEqual([6, 6, 6]);
    jest.advanceTimersByTime(60_000);
    expect([a, b, c].map((node) => node.of('ann'))).toEqual([6, 6, 6]);
  });

  it('are published by no node where each has few', () => {
    const [a, b] = [aNode(), aNode()];
    come(a, MANY - 1);
    come(b, MANY - 1);
    jest.advanceTimersByTime(10_000);
    expect([a, b].map((node) => node.of('ann'))).toEqual([MANY - 1, MANY - 1]);
  });

  it('of a silent node are dropped, and watchers are notified that there may be fewer', () => {
    const [a, b] = [aNode(), aNode()];
    const fewer: string[] = [];
    a.watch((userId) => fewer.push(userId));
    come(b, MANY);
    jest.advanceTimersByTime(1_000);
    expect([a.of('ann'), fewer]).toEqual([MANY, []]);
    b.onApplicationShutdown();
    jest.advanceTimersByTime(15_000);
    expect([a.of('ann'), fewer]).toEqual([0, ['ann']]);
  });
});
