import type { NextFunction, Request, Response } from 'express';
import { isForwarded, pageAddressOf, peerOf, type Trust } from './forwarded.js';
import { hasToken } from './metrics-access.js';

/** The header that says, to who brings METRICS_TOKEN, what a node sees of a request for its health: `Seen` as JSON, in URL coding. */
export const SEEN = 'parley-seen';

export interface Seen {
  /** Who asks, as far as proxies that are believed say. */
  address: string;
  /** From where the connection comes, and by which port. */
  peer: string;
  port: number;
  /** Whether the peer says for whom it asks, and whether it is believed. */
  isForwarded: boolean;
  isBelieved: boolean;
  /** Whether who asks would be believed as a proxy. */
  isSelfBelieved: boolean;
  /** The address in people's browsers. */
  hosts: readonly string[];
  isSecure: boolean;
}

/** Before anything that refuses requests: whoever sets up a proxy has to see why. */
export function seen(token: string | null, trusts: Trust) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.path.endsWith('/health/ready') && hasToken(request, token)) {
      response.setHeader(SEEN, encodeURIComponent(JSON.stringify(seenOf(request, trusts))));
    }
    next();
  };
}

function seenOf(request: Request, trusts: Trust): Seen {
  const peer = peerOf(request);
  const address = (request.ip ?? '').replace(/^::ffff:/, '');
  return {
    ...{ address, peer, port: request.socket.remotePort ?? 0, isSelfBelieved: trusts(address, 1) },
    ...{ isForwarded: isForwarded(request), isBelieved: trusts(peer, 0), ...pageAddressOf(request, trusts) },
  };
}
