import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../../config/config.js';
import { isHost, pageAddressOf, type Trust } from './forwarded.js';

/** The headers that allow our pages what they need, and other pages nothing. */
export function securityHeaders(config: Config, trusts: Trust): RequestHandler[] {
  const { imageOrigins, frameAncestors } = config;
  const hasFrames = frameAncestors.length > 0;
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          connectSrc: ["'self'", (request) => socketsOf(request, trusts)],
          // `blob:` is what the page itself has in memory, as a picture that is to be sent.
          imgSrc: ["'self'", 'data:', 'blob:', ...imageOrigins],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: hasFrames ? [...frameAncestors] : ["'none'"],
        },
      },
      strictTransportSecurity: false,
      // It has no list: where there is one, the policy above holds alone.
      xFrameOptions: hasFrames ? false : { action: 'deny' },
    }) as RequestHandler,
    strictTransport(config.hstsSeconds),
  ];
}

/** Not every browser that we support takes `'self'` for sockets too; `ws:` and `wss:` would be sockets to anywhere. */
function socketsOf(request: IncomingMessage, trusts: Trust): string {
  const hosts = pageAddressOf(request, trusts).hosts.filter(isHost);
  return [...new Set(hosts)].map((host) => `ws://${host} wss://${host}`).join(' ');
}

/** Sent over TLS only, which is where browsers heed it: TLS of this connection, or of a proxy that is believed. */
function strictTransport(seconds: number): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.secure) response.setHeader('Strict-Transport-Security', `max-age=${seconds}`);
    next();
  };
}
