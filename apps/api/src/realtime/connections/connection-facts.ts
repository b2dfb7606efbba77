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

/** Whether the socket is sent what happens in this conversation while its user is a member. */
export function wants(socket: ParleySocket, conversationId: string): boolean {
  const only = (socket.conn.transport as EngineTransport).facts?.conversationId ?? conversationId;
  return only === conversationId && !socket.data.silenced?.has(conversationId);
}

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
