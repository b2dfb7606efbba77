import { createServer } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';

/** Express on an HTTP server with deadlines: half a request may not hold a connection for ever. */
export class TimedExpressAdapter extends ExpressAdapter {
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
  }
}
