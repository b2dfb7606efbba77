import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../../config/config.js';

/** The headers that allow our pages what they need, and other pages nothing. */
export function securityHeaders(config: Config): RequestHandler[] {
  const { imageOrigins, frameAncestors } = config;
  const hasFrames = frameAncestors.length > 0;
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          connectSrc: ["'self'", 'ws:', 'wss:'],
          imgSrc: ["'self'", 'data:', ...imageOrigins],
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

/** Sent over TLS only, which is where browsers heed it: TLS of this connection, or of a proxy that is believed. */
function strictTransport(seconds: number): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.secure) response.setHeader('Strict-Transport-Security', `max-age=${seconds}`);
    next();
  };
}
