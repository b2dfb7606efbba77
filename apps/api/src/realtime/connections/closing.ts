import { randomUUID } from 'node:crypto';
import type { ErrorObject } from '@parley/protocol';
import type { ParleyError } from '../../kernel/errors.js';
import type { ParleySocket } from '../socket.js';
import type { EngineTransport } from './engine-connection.js';

/** Emits why a socket is about to be closed, and notes it for the line about its end; returns the id of this refusal. */
export function emitClosing(socket: ParleySocket, why: ParleyError): string {
  const requestId = randomUUID();
  socket.data.closing = { code: why.code, requestId };
  socket.emit('server:closing', { error: why.toObject(requestId) });
  return requestId;
}

/** Closes a connection below Socket.IO that has no socket to be told why. */
export function closeBelowSocket({ conn }: ParleySocket, why: ErrorObject): void {
  (conn.transport as EngineTransport).noteCloseReason?.(why);
  conn.close();
}

/**
 * Emits why, and closes a socket below Socket.IO, so that a plain client reconnects by itself; returns the id of this
 * refusal.
 */
export function closeToComeBack(socket: ParleySocket, why: ParleyError): string {
  const requestId = emitClosing(socket, why);
  socket.conn.close();
  return requestId;
}

/** Closes a socket for good: a plain client does not come back with the same credentials. */
export function closeForGood(socket: ParleySocket, why: ParleyError): void {
  emitClosing(socket, why);
  socket.disconnect(true);
}
