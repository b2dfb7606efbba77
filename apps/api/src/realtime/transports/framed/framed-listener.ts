import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { LIMITS } from '@parley/protocol';
import { Socket as Connection, type Server as Engine } from 'engine.io';
import type { WebSocket } from 'ws';
import { invalid } from '../../../kernel/errors.js';
import { StreamKeepingServer } from '../../connections/stream-keeping-server.js';
import type { ParleyServer, ParleySocket } from '../../socket.js';
import type { TransportPath } from '../upgrade-router.js';
import type { Beginning, Endpoint } from './endpoint.js';
import { FramedLine, type LineHost } from './framed-line.js';
import { FramedTransport } from './framed-transport.js';

/** Accepts WebSocket connections to endpoints, and hands each to the same Engine.IO that Socket.IO's own belong to. */
export class FramedListener {
  readonly paths: readonly TransportPath[];
  private readonly lines = new WeakMap<object, FramedLine>();

  constructor(
    private readonly io: ParleyServer,
    endpoints: readonly Endpoint[],
    private readonly host: LineHost,
  ) {
    this.paths = endpoints.map((endpoint) => this.pathOf(endpoint));
  }

  /** A connection has become this socket. */
  joined(socket: ParleySocket): void {
    this.lines.get(socket.conn.transport)?.joined(socket);
  }

  private pathOf(endpoint: Endpoint): TransportPath {
    const server = new StreamKeepingServer({
      noServer: true,
      clientTracking: false,
      maxPayload: LIMITS.frameBytes,
      handleProtocols: (offered) => endpoint.choose(offered),
    });
    return {
      name: endpoint.transport,
      takes: (request) => (request.url?.startsWith(endpoint.prefix) ?? false) && endpoint.takes(urlOf(request)),
      takesRequests: true,
      unreadable: (request, isUpgrade) =>
        isUpgrade
          ? endpoint.refusalOf(beginningOf(request))
          : invalid('', 'This address is for WebSocket connections.'),
      begins: () => true,
      upgrade: (request, stream, head) =>
        server.handleUpgrade(request, stream, head, (socket) => this.open(endpoint, request, socket)),
    };
  }

  private open(endpoint: Endpoint, request: IncomingMessage, socket: WebSocket): void {
    const beginning = beginningOf(request);
    const conversationId = endpoint.conversationOf(beginning.url);
    const { transport: name, mostCharacters } = endpoint;
    const transport = new FramedTransport(socket, { transport: name, conversationId, mostCharacters });
    const line = new FramedLine(transport, this.connect(transport, request), this.host);
    this.lines.set(transport, line);
    line.speak(endpoint.open(line, beginning));
  }

  /** As Engine.IO does for its own transports. */
  private connect(transport: FramedTransport, request: IncomingMessage): Connection {
    const engine = this.io.engine as Engine;
    const { clients } = engine as unknown as { clients: Record<string, Connection> };
    const id = randomUUID();
    // Socket.IO reads the query of a handshake: the credentials in this one are the transport's affair.
    const connection = new Connection(id, engine, transport, Object.assign(request, { _query: {} }), 4);
    clients[id] = connection;
    engine.clientsCount += 1;
    connection.once('close', () => {
      delete clients[id];
      engine.clientsCount -= 1;
    });
    engine.emit('connection', connection);
    return connection;
  }
}

const beginningOf = (request: IncomingMessage): Beginning => ({ url: urlOf(request), headers: request.headers });

/** No address of an endpoint is read from what is no URL. */
function urlOf({ url = '' }: IncomingMessage): URL {
  return URL.canParse(url, BASE) ? new URL(url, BASE) : new URL(BASE);
}

const BASE = 'http://localhost';
