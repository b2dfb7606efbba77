import { Inject, Injectable } from '@nestjs/common';
import type { ErrorObject } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { forgetOldest } from '../../kernel/forget-oldest.js';
import { Limiter } from '../../platform/limits/limiter.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { ParleySocket } from '../socket.js';
import { closeToComeBack } from './closing.js';
import { transportOf } from './connection-facts.js';
import { GrowingWaits } from './growing-waits.js';

/** Commands of one user that may come before the `retryAfterMs` of their socket is over: those that were under way, and more. */
const REFUSALS = { atOnce: 200, perSecond: 10 };
const WAITS = { firstMs: 2_000, longestMs: 250_000, quietMs: 600_000 };
/** Least time between two `rate:limited` to a socket, however many acknowledgements refuse. */
const NOTICE_MS = 1_000;
/** Users who are kept out at the same time. */
const MOST_KEPT_OUT = 10_000;

/** Emits `rate:limited` to sockets that are too fast, and keeps out the users of those that go on, for longer each time. */
@Injectable()
export class FloodLimiter {
  private readonly limiter = new Limiter({ refusals: REFUSALS });
  private readonly waits = new GrowingWaits(WAITS);
  /** Until when, by `performance.now()`; the latest last. */
  private readonly keptOut = new Map<string, number>();
  private readonly isOn: boolean;

  constructor(
    @Inject(CONFIG) { rateLimits }: Pick<Config, 'rateLimits'>,
    private readonly reporter: EventReporter,
  ) {
    this.isOn = rateLimits;
  }

  /** A command of this socket was answered `rate_limited`. */
  refused(socket: ParleySocket, { retryAfterMs = NOTICE_MS }: ErrorObject): void {
    if (!this.isOn || !socket.connected) return;
    const { userId } = socket.data.principal;
    const now = performance.now();
    // Several sockets of a user may all wait as they were told, and be refused again: only one of them comes first.
    const hasWaited = now >= (socket.data.waitsUntil ?? 0);
    socket.data.waitsUntil = now + retryAfterMs;
    if (!hasWaited && this.limiter.left('refusals', userId) < 1) {
      // One that was refused before has received the reason, and waits already.
      if (socket.data.refusal) socket.conn.close();
      else this.close(socket);
      return;
    }
    if (!hasWaited) this.limiter.take('refusals', userId);
    if (socket.data.refusal || now - (socket.data.limitedAt ?? Number.NEGATIVE_INFINITY) < NOTICE_MS) return;
    socket.data.limitedAt = now;
    socket.emit('rate:limited', { retryAfterMs });
  }

  /** For how long this user's new sockets are not let in; milliseconds. */
  waitOf(userId: string): number {
    const left = (this.keptOut.get(userId) ?? 0) - performance.now();
    if (left <= 0) this.keptOut.delete(userId);
    return Math.max(0, Math.ceil(left));
  }

  private close(socket: ParleySocket): void {
    const { userId } = socket.data.principal;
    const retryAfterMs = this.waitOf(userId) || this.keepOut(userId);
    const why = floodRefusal(retryAfterMs);
    socket.data.refusal = why;
    const requestId = closeToComeBack(socket, why);
    this.reporter.floodClosed(why, { userId, transport: transportOf(socket), requestId });
  }

  private keepOut(userId: string): number {
    const ms = this.waits.next(userId);
    this.keptOut.delete(userId);
    this.keptOut.set(userId, performance.now() + ms);
    forgetOldest(this.keptOut, MOST_KEPT_OUT);
    return ms;
  }
}

/** Of a socket in a flood, and of those that come before the wait is over. */
export const floodRefusal = (retryAfterMs: number): ParleyError =>
  new ParleyError('rate_limited', { message: 'You went on after you were told to wait.', retryAfterMs });
