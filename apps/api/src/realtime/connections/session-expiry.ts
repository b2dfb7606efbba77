import { Injectable } from '@nestjs/common';
import { ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { ParleySocket } from '../socket.js';
import { closeForGood, closeToComeBack } from './closing.js';
import { TokenVerifier } from './token-verifier.js';

const WARNING_MS = 30_000;
/** Timers cannot be set further ahead than this. */
const FARTHEST_MS = 2_000_000_000;

/** A socket does not outlive its token: it is warned, renewed in place, or closed at that second. */
@Injectable()
export class SessionExpiry {
  constructor(private readonly verifier: TokenVerifier) {}

  start(socket: ParleySocket): void {
    // It may have ended while it was brought in or renewed.
    if (!socket.connected) return;
    const { expiresAt } = socket.data.principal;
    const left = expiresAt - Date.now();
    this.stop(socket);
    if (left <= WARNING_MS) socket.emit('auth:expiring', { expiresAt: new Date(expiresAt).toISOString() });
    const next = left > WARNING_MS ? left - WARNING_MS : left;
    socket.data.expiry = setTimeout(
      () => (left > WARNING_MS ? this.start(socket) : closeToComeBack(socket, new ParleyError('token_expired'))),
      Math.min(Math.max(next, 0), FARTHEST_MS),
    );
    socket.data.expiry.unref();
  }

  stop(socket: ParleySocket): void {
    clearTimeout(socket.data.expiry);
  }

  /** Renews in place; another user's token closes the socket. */
  async renew(socket: ParleySocket, token: string): Promise<Principal> {
    const principal = await this.verifier.verify(token);
    if (principal.userId !== socket.data.principal.userId) {
      const refusal = new ParleyError('forbidden', { message: 'The token belongs to another user.' });
      // After the acknowledgement.
      setImmediate(() => closeForGood(socket, refusal));
      throw refusal;
    }
    socket.data.principal = principal;
    this.start(socket);
    return principal;
  }
}
