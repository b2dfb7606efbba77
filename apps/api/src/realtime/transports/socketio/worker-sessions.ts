import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as requestOf,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { Server as Engine } from 'engine.io';
import type { WorkerPlace } from '../../../config/config.js';
import { sessionSocket } from '../../../platform/nodes/worker-sockets.js';
import { sessionOf } from './handshake-request.js';

/** As Engine.IO makes them, behind the number of a worker. */
const SESSION = /^(\d{1,2})_[\w-]{20}$/;
const ID_BYTES = 15;
/** How long a client may take to read what its session ended with. */
const LAST_WORD_MS = 2_000;
/** Of one connection, not of what is said on it. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer', 'te']);
/** All that Engine.IO and what listens to it look at. What else a client sends stays here. */
const PASSED_ON = [
  ...['host', 'origin', 'cookie', 'authorization', 'user-agent', 'accept', 'accept-encoding'],
  ...['access-control-request-method', 'access-control-request-headers'],
];
/** As Engine.IO answers it: clients begin anew. */
const UNKNOWN_SESSION = JSON.stringify({ code: 1, message: 'Session ID unknown' });

type EngineRequest = Parameters<Engine['handleRequest']>[0];

/**
 * Sessions of Engine.IO among several workers behind one port. Whichever worker a request comes in at, the id of its session
 * tells who has it, and there it is handed, by a socket that only the workers can use. It has been looked at by then:
 * origins and TLS are things of the connection that it came by.
 */
export class WorkerSessions {
  private readonly server: Server;
  /** Without it the other worker would close the connection with its answer, perhaps before this one has ended its request. */
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly place: WorkerPlace,
    engine: Engine,
  ) {
    engine.generateId = () => `${place.number}_${randomBytes(ID_BYTES).toString('base64url')}`;
    this.server = createServer((request, response) => engine.handleRequest(request as EngineRequest, response));
    this.server.keepAliveTimeout = 0;
    this.server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      stream.on('error', () => stream.destroy());
      engine.handleUpgrade(request as EngineRequest, stream, head);
    });
  }

  /** Whoever had this number before is dead. */
  async listen(): Promise<void> {
    const path = sessionSocket(this.place, this.place.number);
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => this.server.on('error', reject).listen(path, resolve));
    chmodSync(path, 0o600);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
    this.agent.destroy();
  }

  takeRequest(request: IncomingMessage, response: ServerResponse): boolean {
    const path = this.pathOf(request);
    if (path === null) return false;
    const { method, url } = request;
    // What has a body is sent by POST. Of all else it is dropped: behind a head that says nothing of it, it would be read
    // as another request, on a connection that requests of others go by as well.
    const hasBody = method === 'POST';
    const headers = hasBody ? bodyHeadersOf(request) : headersOf(request);
    const passedOn = requestOf({ socketPath: path, method, path: url, headers, agent: this.agent });
    passedOn.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, endToEnd(answer.headers));
      // Where the worker dies in the middle of it, the client's connection ends too.
      pipeline(answer, response, () => undefined);
    });
    passedOn.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(400, { 'Content-Type': 'application/json' }).end(UNKNOWN_SESSION);
    });
    // A client that is gone does not wait for its poll any more.
    response.once('close', () => passedOn.destroy());
    if (hasBody) {
      request.pipe(passedOn);
    } else {
      request.resume();
      passedOn.end();
    }
    return true;
  }

  takeUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean {
    const path = this.pathOf(request);
    if (path === null) return false;
    const sibling = connect(path);
    const { socket } = request;
    sibling.on('error', () => sibling.destroy());
    stream.on('close', () => sibling.destroy());
    sibling.on('close', () => {
      socket.setTimeout(LAST_WORD_MS, () => socket.destroy());
      socket.destroySoon();
    });
    // Its deadline is that of requests.
    socket.setTimeout(0);
    sibling.write(headOf(request), 'latin1');
    sibling.write(head);
    stream.pipe(sibling).pipe(stream);
    return true;
  }

  /** The socket of the worker that has the session of a request; null where it is this one, or nobody has. */
  private pathOf(request: IncomingMessage): string | null {
    const number = Number(SESSION.exec(sessionOf(request) ?? '')?.[1] ?? 0);
    const isSibling = number >= 1 && number <= this.place.count && number !== this.place.number;
    return isSibling ? sessionSocket(this.place, number) : null;
  }
}

function headersOf({ headers }: IncomingMessage, names: readonly string[] = PASSED_ON): OutgoingHttpHeaders {
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

/** Without a length it leaves in chunks, as it came. */
const bodyHeadersOf = (request: IncomingMessage): OutgoingHttpHeaders =>
  headersOf(request, [...PASSED_ON, 'content-type', 'content-length']);

function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

/** As it came. */
function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  return `${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
