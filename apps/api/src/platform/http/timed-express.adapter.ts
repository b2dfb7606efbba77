import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Certificate } from './certificate.js';

/** Someone who takes nothing of an answer for this long is cut off; sockets have their own, stricter limits. */
const IDLE_MS = 30_000;
/** In milliseconds. */
const DEADLINES = {
  /** Of TLS, before anything is asked. */
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  /** Of a whole request. Bodies have a stricter one, but for uploads (`limitBody`). */
  requestTimeout: 3_600_000,
  /** How often the two are looked at; by default every 30 s. */
  connectionsCheckingInterval: 2_000,
  /** Longer than the minute for which proxies commonly keep idle connections. */
  keepAliveTimeout: 65_000,
};

/** Express on an HTTP or HTTPS server with deadlines: half a request or an unread answer may not hold a connection for ever. */
export class TimedExpressAdapter extends ExpressAdapter {
  constructor(
    private readonly mostConnections: number,
    /** Null: plain HTTP. */
    private readonly certificate: Certificate | null,
  ) {
    super();
  }

  override initHttpServer(): void {
    const app = this.getInstance<RequestListener>();
    const { certificate } = this;
    this.httpServer = certificate
      ? createSecureServer({ ...DEADLINES, ...certificate.first }, app)
      : createServer(DEADLINES, app);
    this.httpServer.setTimeout(IDLE_MS);
    this.httpServer.maxConnections = this.mostConnections;
    // Of several workers that are full one would hand a connection to the next for ever. Node's types do not have it.
    Object.assign(this.httpServer, { dropMaxConnection: true });
  }
}
