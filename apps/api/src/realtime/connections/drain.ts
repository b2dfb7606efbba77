import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import type { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { InFlightLimiter } from '../commands/in-flight-limiter.js';
import type { ParleyServer, ParleySocket } from '../socket.js';
import type { UpgradeRouter } from '../transports/upgrade-router.js';
import { closeToComeBack } from './closing.js';
import { whenToComeBack } from './connection-limiter.js';

export interface Draining {
  io: ParleyServer;
  router: UpgradeRouter;
  commands: InFlightLimiter;
  config: Config;
  reporter: EventReporter;
}

/** All that clients are waited for, from the end of the notice on. */
const TIMEOUT_MS = 4_000;
/** Commands that a client sent before it received the notice are still answered, though only with a refusal. */
const LAST_CALL_MS = 100;
/** Answers that were begun have this long to leave. */
const LAST_BYTES_MS = 1_000;
const LOOK_MS = 10;
/** Closing all of them takes no longer than as many slices, one in every stretch of time. */
const MOST_SLICES = 20;
const SMALLEST_SLICE = 25;
const BETWEEN_SLICES_MS = 100;
/** The shortest time over which clients are spread when they are closed. */
const SHORTEST_SPREAD_MS = 500;
const LONGEST_SPREAD_MS = 10_000;

/**
 * Takes a node out of service (G9): it reports that it is not ready, accepts no connections, answers the commands that
 * it has accepted, notifies its clients, and closes them a few at a time, so that they reconnect elsewhere by
 * themselves. Never takes longer than the notice and about five seconds, whether or not clients react.
 */
export async function drain(draining: Draining): Promise<void> {
  const { router, config } = draining;
  try {
    router.leave(() => new ParleyError('draining', { retryAfterMs: whenToComeBack() }));
    if (config.drainNoticeMs > 0) await sleep(config.drainNoticeMs);
    router.shut();
    await disconnectClients(draining, AbortSignal.timeout(TIMEOUT_MS));
    await until(() => router.connections === 0, AbortSignal.timeout(LAST_BYTES_MS));
  } finally {
    router.disconnect();
  }
}

async function disconnectClients(draining: Draining, late: AbortSignal): Promise<void> {
  const { io, router, commands, reporter } = draining;
  const sockets = [...io.of('/').sockets.values()];
  reporter.draining(sockets.length);
  announce(draining, sockets);
  // Of those whose handshake had begun before.
  io.on('connection', (socket) => void dismiss(draining, socket, late));
  await dismissAll(draining, sockets, late);
  await until(() => commands.total === 0 && router.unanswered === 0, late);
  const left = { commands: commands.total, requests: router.unanswered };
  if (late.aborted) reporter.drainIncomplete(left);
}

/** Notifies every socket at once; each gets a time of its own, so that they don't come back together. */
function announce({ config }: Draining, sockets: readonly ParleySocket[]): void {
  const needed = (sockets.length / config.limits.handshakesPerSecond) * 1000;
  const spreadMs = Math.min(Math.max(needed, SHORTEST_SPREAD_MS), LONGEST_SPREAD_MS);
  for (const socket of sockets) {
    socket.emit('server:draining', { reconnectAfterMs: Math.round(Math.random() * spreadMs) });
  }
}

async function dismissAll(draining: Draining, sockets: readonly ParleySocket[], late: AbortSignal): Promise<void> {
  const size = Math.max(SMALLEST_SLICE, Math.ceil(sockets.length / MOST_SLICES));
  const dismissed: Promise<void>[] = [];
  for (let at = 0; at < sockets.length; at += size) {
    if (at > 0) await sleep(BETWEEN_SLICES_MS);
    dismissed.push(...sockets.slice(at, at + size).map((socket) => dismiss(draining, socket, late)));
  }
  await Promise.all(dismissed);
}

/** Runs no more of its commands, answers those that it gave before, and closes it. */
async function dismiss({ commands }: Draining, socket: ParleySocket, late: AbortSignal): Promise<void> {
  const why = new ParleyError('draining');
  socket.data.refusal = why;
  await sleep(LAST_CALL_MS);
  await until(() => commands.of(socket) === 0 || !socket.connected, late);
  closeToComeBack(socket, why);
}

async function until(isDone: () => boolean, late: AbortSignal): Promise<void> {
  while (!isDone() && !late.aborted) await sleep(LOOK_MS);
}
