import { bearerOf } from '../../../platform/http/bearer.js';
import type { Credential } from '../../connections/engine-connection.js';
import type { Beginning } from '../framed/endpoint.js';
import type { StompFrame } from './frame-decoder.js';

/**
 * All that a client gave to say who it is: a token with its CONNECT, else with the request for the WebSocket; a ticket in
 * the URL.
 */
export function credentialsOf({ headers }: StompFrame, beginning: Beginning): Credential[] {
  const given = headers.get('Authorization') ?? headers.get('authorization') ?? beginning.headers.authorization;
  const token = bearerOf(given);
  const tickets = beginning.url.searchParams.getAll('ticket').map((ticket) => ({ ticket }));
  return token === null ? tickets : [{ token }, ...tickets];
}
