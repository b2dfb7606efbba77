import { randomUUID } from 'node:crypto';
import type { ParleyError } from '../kernel/errors.js';
import type { ParleySocket } from './socket.js';

/** Closes a socket so that a plain client comes back by itself: below Socket.IO, after saying why. */
export function closeToComeBack(socket: ParleySocket, why: ParleyError): void {
  socket.emit('server:closing', { error: why.toObject(randomUUID()) });
  socket.conn.close();
}

/** Closes a socket for good: a plain client does not come back with the same credentials. */
export function closeForGood(socket: ParleySocket, why: ParleyError): void {
  socket.emit('server:closing', { error: why.toObject(randomUUID()) });
  socket.disconnect(true);
}
