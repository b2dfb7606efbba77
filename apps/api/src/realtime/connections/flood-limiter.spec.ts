import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ErrorObject } from '@parley/protocol';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { ParleySocket } from '../socket.js';
import { FloodLimiter } from './flood-limiter.js';

const REFUSAL = { code: 'rate_limited', retryAfterMs: 500 } as ErrorObject;

describe('the limiter of floods', () => {
  let now = 0;
  let floods: FloodLimiter;
  let emitted: string[];
  let closed: number;

  beforeEach(() => {
    now = 0;
    emitted = [];
    closed = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const reporter = { floodClosed: () => undefined } as unknown as EventReporter;
    floods = new FloodLimiter({ rateLimits: true }, reporter);
  });
  afterEach(() => void jest.restoreAllMocks());

  const aSocket = (userId = 'ada') => {
    const socket = {
      connected: true,
      data: { principal: { userId } },
      emit: (name: string) => void emitted.push(name),
      conn: {
        transport: {},
        close: () => {
          closed += 1;
          socket.connected = false;
        },
      },
    };
    return socket as unknown as ParleySocket;
  };
  const flood = (socket: ParleySocket) => {
    for (let i = 0; i <= 300; i += 1) floods.refused(socket, REFUSAL);
  };

  it('S0.22: tells a socket once a second, and lets alone who is refused now and then', () => {
    const socket = aSocket();
    for (; now < 60_000; now += 100) floods.refused(socket, REFUSAL);
    expect(emitted).toEqual(Array(60).fill('rate:limited'));
    expect([closed, floods.waitOf('ada')]).toEqual([0, 0]);
  });

  it('S0.22: lets alone a user whose sockets all wait as long as they are told, however many of them are refused', () => {
    const sockets = Array.from({ length: 30 }, () => aSocket());
    for (; now < 60_000; now += 500) for (const socket of sockets) floods.refused(socket, REFUSAL);
    expect([closed, floods.waitOf('ada')]).toEqual([0, 0]);
  });

  it('S0.22: keeps out who floods for longer each time, up to five minutes, until ten pass without; and nobody else', () => {
    const waits = Array.from({ length: 10 }, () => {
      flood(aSocket());
      const wait = floods.waitOf('ada');
      now += wait + 30_000;
      return wait;
    });
    expect(closed).toBe(10);
    waits.slice(1, 7).forEach((wait, i) => expect(wait).toBeGreaterThan(1.5 * (waits[i] as number)));
    expect(Math.max(...waits)).toBeLessThanOrEqual(300_000);
    expect(Math.max(...waits)).toBeGreaterThanOrEqual(250_000);
    expect([floods.waitOf('ada'), floods.waitOf('bob')]).toEqual([0, 0]);
    now += 600_000;
    flood(aSocket());
    expect(floods.waitOf('ada')).toBeLessThanOrEqual(2_400);
  });

  it('closes a socket that was refused already without a further wait', () => {
    const socket = aSocket();
    Object.assign(socket.data, { refusal: new Error('refused') });
    flood(socket);
    expect([closed, floods.waitOf('ada'), emitted]).toEqual([1, 0, []]);
  });
});
