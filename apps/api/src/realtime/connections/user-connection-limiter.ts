import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { ParleySocket } from '../socket.js';
import { closeToComeBack, emitClosing } from './closing.js';
import { transportOf } from './connection-facts.js';
import { FloodLimiter, floodRefusal } from './flood-limiter.js';
import { GrowingWaits } from './growing-waits.js';
import { UserSockets } from './user-sockets.js';

/** The quiet is longer than the longest wait and a client's own delay after it. */
const WAITS = { firstMs: 1_000, longestMs: 50_000, quietMs: 120_000 };
/** Sockets that are kept until their wait is over. */
const MOST_KEPT = { ofUser: 100, inAll: 1_000 };
/** And no more than this part of all that the node may have. */
const KEPT_SHARE = 1 / 10;

/**
 * Bounds the sockets of one user over all nodes; the earliest stay. A socket beyond that is refused with a wait, longer
 * each time, and so is one of a user who flooded. Plain clients ignore it and would reconnect within a second, at the
 * price of a handshake: so their socket stays open, with nothing behind it, until the wait is over or there is room.
 */
@Injectable()
export class UserConnectionLimiter {
  private readonly waits = new GrowingWaits(WAITS);
  private readonly kept = new Map<string, Map<ParleySocket, NodeJS.Timeout>>();
  private keptInAll = 0;

  constructor(
    private readonly sockets: UserSockets,
    private readonly floods: FloodLimiter,
    @Inject(CONFIG) private readonly config: Pick<Config, 'limits'>,
    private readonly reporter: EventReporter,
  ) {
    sockets.watch((userId) => this.releaseWaiting(userId));
  }

  /** Whether one more may come in; else it has been refused, and receives nothing but the reason. */
  admits(socket: ParleySocket): boolean {
    const { userId } = socket.data.principal;
    const flooded = this.floods.waitOf(userId);
    if (flooded === 0 && this.roomOf(userId) > 0) return true;
    const retryAfterMs = flooded || this.waits.next(userId);
    const message = 'You have as many connections as one user may.';
    const why = flooded ? floodRefusal(flooded) : new ParleyError('rate_limited', { message, retryAfterMs });
    const requestId = emitClosing(socket, why);
    this.reporter.userRefused(why, { userId, transport: transportOf(socket), requestId });
    socket.data.refusal = why;
    if (this.mayKeep(userId)) this.keep(socket, retryAfterMs);
    else socket.conn.close();
    return false;
  }

  /** One more or one less of this user is here; returns how many there are here now. */
  count(userId: string, by: 1 | -1): number {
    return this.sockets.change(userId, by);
  }

  /** This user's refused sockets that are kept here. */
  keptOf(userId: string): ParleySocket[] {
    return [...(this.kept.get(userId)?.keys() ?? [])];
  }

  private roomOf(userId: string): number {
    return this.config.limits.connectionsPerUser - this.sockets.of(userId);
  }

  private mayKeep(userId: string): boolean {
    if ((this.kept.get(userId)?.size ?? 0) >= MOST_KEPT.ofUser) return false;
    return this.keptInAll < Math.min(MOST_KEPT.inAll, this.config.limits.connections * KEPT_SHARE);
  }

  /** For so long, or until its token ends. */
  private keep(socket: ParleySocket, ms: number): void {
    const { userId, expiresAt } = socket.data.principal;
    const left = expiresAt - Date.now();
    const end = () => (left > ms ? socket.conn.close() : closeToComeBack(socket, new ParleyError('token_expired')));
    const ofUser = this.kept.get(userId) ?? new Map<ParleySocket, NodeJS.Timeout>();
    this.kept.set(userId, ofUser);
    ofUser.set(socket, setTimeout(end, Math.max(0, Math.min(ms, left))).unref());
    this.keptInAll += 1;
    socket.on('disconnect', () => {
      clearTimeout(ofUser.get(socket));
      ofUser.delete(socket);
      if (ofUser.size === 0) this.kept.delete(userId);
      this.keptInAll -= 1;
      // It may have left the namespace only.
      socket.conn.close();
    });
  }

  /** As many of those who wait as there is room for are sent to come in, the first ones first. */
  private releaseWaiting(userId: string): void {
    const waiting = this.keptOf(userId);
    if (waiting.length === 0 || this.floods.waitOf(userId) > 0) return;
    const room = Math.max(0, this.roomOf(userId));
    for (const socket of waiting.slice(0, room)) socket.conn.close();
  }
}
