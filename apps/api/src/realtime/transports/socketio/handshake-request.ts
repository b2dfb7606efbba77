import type { IncomingMessage } from 'node:http';
import { invalid, type ParleyError } from '../../../kernel/errors.js';

/** As Engine.IO reads it: the last one counts, and an empty one is none. */
const queryOf = ({ url = '' }: IncomingMessage): URLSearchParams => new URL(url, 'http://localhost').searchParams;
const last = (query: URLSearchParams, name: string): string | undefined => query.getAll(name).at(-1);

/** The session that a request is of. */
export const sessionOf = (request: IncomingMessage): string | undefined => last(queryOf(request), 'sid');

/** Whether a request begins a connection, and is not one of a connection that is there. */
export const beginsConnection = (request: IncomingMessage): boolean => !sessionOf(request);

/**
 * Why no client library can go on from this request. Engine.IO would first accept the upgrade of another revision of its
 * protocol and then write an HTTP answer into the WebSocket, which clients report as a broken frame.
 */
export function unreadable(request: IncomingMessage, isUpgrade: boolean): ParleyError | null {
  const query = queryOf(request);
  if (last(query, 'EIO') !== '4')
    return invalid('EIO', 'This server speaks revision 4 of Engine.IO: Socket.IO clients of version 3 and later.');
  const transport = last(query, 'transport');
  if (transport !== (isUpgrade ? 'websocket' : 'polling'))
    return invalid('transport', 'It must be websocket, with an upgrade, or polling, without.');
  return null;
}
