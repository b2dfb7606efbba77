import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { localPath } from '../../kernel/base-path.js';
import { invalid, ParleyError } from '../../kernel/errors.js';
import { limitBody } from '../../platform/http/body-deadline.js';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;
type UpgradeListener = (request: IncomingMessage, stream: Duplex, head: Buffer) => void;

/** What belongs to a transport. */
export interface TransportPath {
  name: string;
  /** Whether a request is to it, as the transport itself decides that: a request that only one of the two takes hangs. */
  takes(request: IncomingMessage): boolean;
  /** Whether it also takes plain requests (long polling). */
  takesRequests: boolean;
  /** Why the transport cannot serve this request, whatever its origin; null where it can. */
  unreadable(request: IncomingMessage, isUpgrade: boolean): ParleyError | null;
  /** Whether this request begins a connection, and is not one of a connection that is there. */
  begins(request: IncomingMessage): boolean;
  /** Takes an upgrade over; else what has attached itself to the server does. */
  upgrade?: UpgradeListener;
  /** What is not refused goes there, where it is of a session that another worker of this machine has. */
  siblings?: Siblings | undefined;
}

/** Takes over what belongs to another worker; answers whether it did. */
interface Siblings {
  takeRequest(request: IncomingMessage, response: ServerResponse): boolean;
  takeUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): boolean;
}

/** Where a refusal was answered. */
interface Refused {
  transport: string;
  requestId: string;
}

/** Who is refused, and why. */
export interface UpgradePolicy {
  /** For every request to a transport. */
  refusalOf(request: IncomingMessage): ParleyError | null;
  /** For those that begin a connection, and are not refused otherwise. */
  refusalToBegin(request: IncomingMessage): ParleyError | null;
  /** Called with every refusal. */
  onRefused(refusal: ParleyError, at: Refused): void;
}

/** As routes are read: with or without a closing slash or a query, and without case. */
const READINESS = /^\/health\/ready\/?(\?|$)/i;
/** Of Node's parser, and of its deadlines; what else goes wrong with a connection has nobody to be answered to. */
const UNREAD = /^(HPE_|ERR_HTTP_REQUEST_TIMEOUT$)/;
/** How long a client that is refused may take to read why. */
const LAST_WORD_MS = 2_000;

/**
 * Owns the HTTP server's `request` and `upgrade` once every transport has attached itself. Refusals are answered here,
 * because those of a transport cannot carry the status that clients need. It also counts what is under way, so that a
 * node that stops can end it in order. It takes the base path off, so that nothing behind it knows of one.
 */
export class UpgradeRouter {
  /** Every TCP connection, whatever it has become. */
  private readonly streams = new Set<Duplex>();
  /** Responses to requests of the REST API and the web app. */
  private readonly answering = new Set<ServerResponse>();
  private leaving: (() => ParleyError) | null = null;

  constructor(
    private readonly server: Server,
    private readonly transports: readonly TransportPath[],
    private readonly policy: UpgradePolicy,
  ) {
    const upgrades = server.listeners('upgrade') as UpgradeListener[];
    const requests = server.listeners('request') as RequestListener[];
    server.removeAllListeners('upgrade');
    server.removeAllListeners('request');
    server.on('connection', (stream: Duplex) => {
      this.streams.add(stream);
      stream.once('close', () => this.streams.delete(stream));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      request.url = localPath(request.url ?? '');
      // Of transports, too: those that poll send bodies.
      limitBody(request, response);
      const transport = this.transportOf(request);
      const refusal = this.refusalOf(transport, request, response);
      if (refusal) refuseRequest(response, refusal, this.bodyOf(refusal, transport));
      else if (!transport?.siblings?.takeRequest(request, response))
        for (const listener of requests) listener.call(server, request, response);
    });
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      // Node has taken its own listener away by now, and a reset without any would end the process.
      stream.on('error', () => stream.destroy());
      request.url = localPath(request.url ?? '');
      const transport = this.transportOf(request);
      const refusal = transport ? this.refusalAt(transport, request, true) : new ParleyError('not_found');
      if (refusal) refuseUpgrade(stream, refusal, this.bodyOf(refusal, transport));
      else if (transport?.siblings?.takeUpgrade(request, stream, head)) return;
      else if (transport?.upgrade) transport.upgrade(request, stream, head);
      else for (const listener of upgrades) listener.call(server, request, stream, head);
    });
    server.on('clientError', (fault: NodeJS.ErrnoException, stream: Socket) => this.refuseUnread(fault, stream));
  }

  /** Refuses new connections from now on, and readiness checks too, so that load balancers look elsewhere. */
  leave(refusal: () => ParleyError): void {
    this.leaving = refusal;
    for (const response of this.answering) endConnection(response);
  }

  /** Listens no more; what is connected stays. */
  shut(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }

  /** How many requests have come in whole and are not answered; those of transports are not among them. */
  get unanswered(): number {
    let count = 0;
    for (const { req, writableEnded } of this.answering) if (req.complete && !writableEnded) count += 1;
    return count;
  }

  get connections(): number {
    return this.streams.size;
  }

  /** Ends every TCP connection, whatever is still to be sent on it. */
  disconnect(): void {
    for (const stream of this.streams) stream.destroy();
  }

  private transportOf(request: IncomingMessage): TransportPath | undefined {
    return this.transports.find((transport) => transport.takes(request));
  }

  private refusalOf(
    transport: TransportPath | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): ParleyError | null {
    if (transport?.takesRequests) return this.refusalAt(transport, request, false);
    this.answering.add(response);
    response.once('close', () => this.answering.delete(response));
    if (!this.leaving) return null;
    endConnection(response);
    return READINESS.test(request.url ?? '') ? this.leaving() : null;
  }

  private refusalAt(transport: TransportPath, request: IncomingMessage, isUpgrade: boolean): ParleyError | null {
    const refusal = this.policy.refusalOf(request) ?? transport.unreadable(request, isUpgrade);
    if (refusal || !transport.begins(request)) return refusal;
    return this.leaving?.() ?? this.policy.refusalToBegin(request);
  }

  /** What is no HTTP, or was not all there in time, reaches no listener. */
  private refuseUnread({ code = '' }: NodeJS.ErrnoException, stream: Socket): void {
    const isBegun = [...this.answering].some(({ socket, headersSent }) => socket === stream && headersSent);
    // Browsers open connections to have them, and many of these go as they came.
    if (!UNREAD.test(code) || !stream.writable || stream.bytesRead === 0 || isBegun) {
      stream.destroy();
      return;
    }
    const refusal =
      code === 'HPE_HEADER_OVERFLOW'
        ? new ParleyError('too_large')
        : invalid('', 'must be HTTP/1.1 that can be read in one way, and be there in time');
    refuseUpgrade(stream, refusal, this.bodyOf(refusal));
  }

  private bodyOf(refusal: ParleyError, transport?: TransportPath): string {
    const requestId = randomUUID();
    this.policy.onRefused(refusal, { transport: transport?.name ?? 'rest', requestId });
    return JSON.stringify({ error: refusal.toObject(requestId) });
  }
}

function endConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** A refused client keeps nothing here, the TCP connection included. */
function refuseRequest(response: ServerResponse, refusal: ParleyError, body: string): void {
  endConnection(response);
  response.writeHead(refusal.status, headersOf(refusal)).end(body);
}

/** The HTTP server has let go of this stream: it has no other owner, and the client need never close its side. */
function refuseUpgrade(stream: Duplex, refusal: ParleyError, body: string): void {
  const headers = { ...headersOf(refusal), 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const text = `HTTP/1.1 ${refusal.status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
  const late = setTimeout(() => stream.destroy(), LAST_WORD_MS).unref();
  stream.once('close', () => clearTimeout(late));
  stream.end(text, () => stream.destroy());
}

function headersOf(refusal: ParleyError): Record<string, string> {
  const { retryAfterMs } = refusal.extra;
  return {
    'Content-Type': 'application/json; charset=utf-8',
    ...(retryAfterMs !== undefined && { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
  };
}
