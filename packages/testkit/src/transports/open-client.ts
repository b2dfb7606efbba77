import { PlainWebSocketClient } from './plain-websocket-client.js';
import { SocketIoClient } from './socketio-client.js';
import { StompClient } from './stomp-client.js';
import type { ClientListener, ClientOptions, Transport, TransportClient } from './transport-client.contract.js';

const CLIENTS = { socketio: SocketIoClient, websocket: PlainWebSocketClient, stomp: StompClient };

/** A client of this transport, which connects at once. */
export const openClient = (transport: Transport, options: ClientOptions, listener: ClientListener): TransportClient =>
  new CLIENTS[transport](options, listener);
