import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** Someone who takes nothing of an answer for this long is cut off; sockets have their own, stricter limits. */
const IDLE_MS = 30_000;

/** Express on an HTTP server with deadlines: half a request or an unread answer may not hold a connection for ever. */
export class TimedExpressAdapter extends ExpressAdapter {
  constructor(private readonly mostConnections: number) {
    super();
  }

  override initHttpServer(): void {
    this.httpServer = createServer(
      {
        headersTimeout: 10_000,
        requestTimeout: 30_000,
        // How often the two are looked at; by default every 30 s.
        connectionsCheckingInterval: 2_000,
        // Longer than the minute for which proxies commonly keep idle connections.
        keepAliveTimeout: 65_000,
      },
      this.getInstance(),
    );
    this.httpServer.setTimeout(IDLE_MS);
    this.httpServer.maxConnections = this.mostConnections;
  }
}
