import type { NextFunction, Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';
import type { Config } from '../../config/config.js';

/** What browsers are told to allow pages of ours, and to allow others with them. */
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
      // It knows no list: where there is one, the policy above says it alone.
      xFrameOptions: hasFrames ? false : { action: 'deny' },
    }) as RequestHandler,
    strictTransport(config.hstsSeconds),
  ];
}

/** Said over TLS only, which is where browsers heed it: of this connection, or as a proxy says that is believed. */
function strictTransport(seconds: number): RequestHandler {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.secure) response.setHeader('Strict-Transport-Security', `max-age=${seconds}`);
    next();
  };
}
