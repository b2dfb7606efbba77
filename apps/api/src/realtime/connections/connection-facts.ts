import { bearerOf } from '../../platform/http/bearer.js';
import type { ParleySocket } from '../socket.js';
import type { ConnectionFacts, Credential, EngineTransport } from './engine-connection.js';

/** Of a transport other than Socket.IO's own. */
const ownFacts = (socket: ParleySocket): ConnectionFacts | undefined =>
  (socket.conn.transport as EngineTransport).facts;

export const factsOf = (socket: ParleySocket): ConnectionFacts =>
  ownFacts(socket) ?? { transport: 'socketio', conversationId: null, credentials: socketIoCredentials(socket) };

/** As reports name it. */
export const transportOf = (socket: ParleySocket): string => ownFacts(socket)?.transport ?? 'socketio';

/** The only conversation that the socket is sent anything of; null: all of its user's. */
export const boundConversationOf = (socket: ParleySocket): string | null => ownFacts(socket)?.conversationId ?? null;

/** Whether the socket is to follow this conversation while its user is a member. */
export const mayFollow = (socket: ParleySocket, conversationId: string): boolean =>
  (boundConversationOf(socket) ?? conversationId) === conversationId;

/** A token in the URL may have been logged on the way: it counts for nothing, nor does what comes with it. */
function socketIoCredentials({ handshake }: ParleySocket): Credential[] {
  const { ticket, token: exposed } = handshake.query;
  if (exposed !== undefined) return [];
  const given: unknown = handshake.auth.token;
  const token = typeof given === 'string' ? given : bearerOf(handshake.headers.authorization);
  return [...(token === null ? [] : [{ token }]), ...(typeof ticket === 'string' ? [{ ticket }] : [])];
}
