import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ParleyError } from '../kernel/errors.js';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;
type UpgradeListener = (request: IncomingMessage, stream: Duplex, head: Buffer) => void;

/** The paths of the doors, each with what takes its upgrades. */
export interface Door {
  /** With its closing slash, exactly as the door itself compares it: what it passes over nobody would answer. */
  path: string;
  /** Whether it also takes plain requests (long polling). */
  takesRequests: boolean;
}

/**
 * Owns the HTTP server's `request` and `upgrade` once every door has attached itself: refusals are answered here, before
 * a door sees anything, because a door's own refusals have no room for the status that clients need.
 */
export function keepEntrance(
  server: Server,
  doors: readonly Door[],
  refusalOf: (request: IncomingMessage) => ParleyError | null,
): void {
  const upgrades = server.listeners('upgrade') as UpgradeListener[];
  const requests = server.listeners('request') as RequestListener[];
  server.removeAllListeners('upgrade');
  server.removeAllListeners('request');
  const doorOf = (request: IncomingMessage) => doors.find(({ path }) => request.url?.startsWith(path));

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = doorOf(request)?.takesRequests ? refusalOf(request) : null;
    if (refusal) refuseRequest(response, refusal);
    else for (const listener of requests) listener.call(server, request, response);
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Node has taken its own listener away by now, and a reset without any would end the process.
    stream.on('error', () => stream.destroy());
    const refusal = doorOf(request) ? refusalOf(request) : new ParleyError('not_found');
    if (refusal) refuseUpgrade(stream, refusal);
    else for (const listener of upgrades) listener.call(server, request, stream, head);
  });
}

function refuseRequest(response: ServerResponse, refusal: ParleyError): void {
  response.writeHead(refusal.status, headersOf(refusal)).end(bodyOf(refusal));
}

function refuseUpgrade(stream: Duplex, refusal: ParleyError): void {
  const body = bodyOf(refusal);
  const headers = { ...headersOf(refusal), 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  stream.end(`HTTP/1.1 ${refusal.status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}

const bodyOf = (refusal: ParleyError): string => JSON.stringify({ error: refusal.toObject(randomUUID()) });

function headersOf(refusal: ParleyError): Record<string, string> {
  const { retryAfterMs } = refusal.extra;
  return {
    'Content-Type': 'application/json; charset=utf-8',
    ...(retryAfterMs !== undefined && { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
  };
}
