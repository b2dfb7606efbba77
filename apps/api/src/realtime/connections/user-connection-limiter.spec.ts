import { expect, it, jest } from '@jest/globals';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { ParleySocket } from '../socket.js';
import type { FloodLimiter } from './flood-limiter.js';
import { UserConnectionLimiter } from './user-connection-limiter.js';
import type { UserSockets } from './user-sockets.js';

it('S0.28: who waits after a flood is not sent to come back by the end of their other sockets', () => {
  let [wait, onFewer] = [5_000, (_userId: string): void => undefined];
  const limiter = new UserConnectionLimiter(
    {
      of: () => 0,
      watch: (listener: typeof onFewer) => {
        onFewer = listener;
      },
    } as unknown as UserSockets,
    { waitOf: () => wait } as unknown as FloodLimiter,
    { limits: { connections: 1_000, connectionsPerUser: 50 } } as never,
    { userRefused: () => undefined } as unknown as EventReporter,
  );
  const close = jest.fn();
  const socket = {
    data: { principal: { userId: 'ada', expiresAt: Date.now() + 60_000 } },
    conn: { close, transport: {} },
    on: () => undefined,
    emit: () => undefined,
  } as unknown as ParleySocket;
  expect(limiter.admits(socket)).toBe(false);
  onFewer('ada');
  expect(close).not.toHaveBeenCalled();
  wait = 0;
  onFewer('ada');
  expect(close).toHaveBeenCalledTimes(1);
});
