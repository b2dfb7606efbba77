import type { ParleySocket } from '../socket.js';
import type { ConnectionFacts, Credential, EngineTransport } from './engine-connection.js';

export const factsOf = (socket: ParleySocket): ConnectionFacts =>
  (socket.conn.transport as EngineTransport).facts ?? {
    transport: 'socketio',
    conversationId: null,
    credentials: socketIoCredentials(socket),
  };

/** As reports name it. */
export const transportOf = (socket: ParleySocket): string =>
  (socket.conn.transport as EngineTransport).facts?.transport ?? 'socketio';

/** The only conversation that the socket is sent anything of; null: all of its user's. */
export const onlyOf = (socket: ParleySocket): string | null =>
  (socket.conn.transport as EngineTransport).facts?.conversationId ?? null;

/** Whether the socket is to follow this conversation while its user is a member. */
export const concerns = (socket: ParleySocket, conversationId: string): boolean =>
  (onlyOf(socket) ?? conversationId) === conversationId;

/** A token in the URL may have been logged on the way: it counts for nothing, nor does what comes with it. */
function socketIoCredentials({ handshake }: ParleySocket): Credential[] {
  const { ticket, token: exposed } = handshake.query;
  if (exposed !== undefined) return [];
  const given: unknown = handshake.auth.token;
  const token = typeof given === 'string' ? given : bearerOf(handshake.headers.authorization);
  return [...(token === null ? [] : [{ token }]), ...(typeof ticket === 'string' ? [{ ticket }] : [])];
}

/** The token in an `Authorization` header. */
export const bearerOf = (header = ''): string | null => /^Bearer (\S+)$/i.exec(header)?.[1] ?? null;
