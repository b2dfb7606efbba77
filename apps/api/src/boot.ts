import 'reflect-metadata';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import type { Config } from './config/config.js';
import type { OpenDatabases } from './database/database.module.js';
import { installationOf } from './database/installation.js';
import { openDatabases } from './database/open.js';
import { publicPath, setBasePath } from './kernel/base-path.js';
import { Certificate } from './platform/http/certificate.js';
import { applyHttpPipeline } from './platform/http/http-pipeline.js';
import { OriginPolicy } from './platform/http/origin.policy.js';
import { TimedExpressAdapter } from './platform/http/timed-express.adapter.js';
import { TlsPolicy } from './platform/http/tls.policy.js';
import { type Keys, loadKeys } from './platform/keys.js';
import { localWay } from './platform/nodes/local-connection.js';
import { NodeLink } from './platform/nodes/node-link.js';
import { redisWay } from './platform/nodes/redis-way.js';
import { busSocket } from './platform/nodes/worker-sockets.js';
import type { EventReporter } from './platform/telemetry/event-reporter.js';
import { NestLog } from './platform/telemetry/nest-log.js';
import type { SendTraces } from './platform/telemetry/send-traces.js';
import { SocketIoAdapter } from './realtime/transports/socketio/socketio.adapter.js';
import { VERSION } from './realtime/version.js';

/** One server process, or one of several in a test. */
export interface Node {
  app: NestExpressApplication;
  /** Where it can be reached from this machine, without a trailing slash. */
  url: string;
  port: number;
  databases: OpenDatabases;
  /** Takes leave of its clients, ends what is under way and closes what it opened. Never takes ten seconds. */
  close(): Promise<void>;
}

/** For requests, besides up to two TCP connections for each socket. */
const SPARE_CONNECTIONS = 1_000;

/**
 * Starts a node that accepts requests. `interruption` ends its wait for the database.
 * @throws with a sentence where another process uses the data directory or the database, or the port is taken.
 */
export async function boot(config: Config, reporter: EventReporter, interruption?: AbortSignal): Promise<Node> {
  setBasePath(config.basePath);
  const certificate = config.tls && (await Certificate.read(config.tls));
  const traces = await tracesOf(config, reporter);
  const databases = await openDatabases(config, reporter, interruption);
  let app: NestExpressApplication | null = null;
  try {
    const keys = await loadKeys(config);
    const installation = await installationOf(databases.main);
    const link = linkOf(config, keys, reporter);
    app = await NestFactory.create<NestExpressApplication>(
      AppModule.with({ config, reporter, traces, keys, databases, link, installation }),
      new TimedExpressAdapter(2 * config.limits.connections + SPARE_CONNECTIONS, certificate),
      { logger: new NestLog(reporter), abortOnError: false, bodyParser: false },
    );
    const finishPipeline = applyHttpPipeline(app);
    certificate?.renewFor(app.getHttpServer() as SecureServer, reporter);
    const [tls, origins] = [app.get(TlsPolicy), app.get(OriginPolicy)];
    const sockets = new SocketIoAdapter(app, {
      link,
      config,
      refusalOf: (request) => tls.refusalOf(request) ?? origins.refusalOf(request),
    });
    app.useWebSocketAdapter(sockets);
    await app.init();
    finishPipeline();
    await sockets.listenForSiblings();
    // Without a host Node listens on `::` for both families, and on 0.0.0.0 where there is no IPv6.
    await (config.host === null ? app.listen(config.port) : app.listen(config.port, config.host));
    return started(app, config, { databases, sockets, traces });
  } catch (fault) {
    await (app ? app.close() : databases.close());
    throw fault;
  }
}

/** What brings the libraries is loaded only where there is a receiver. */
async function tracesOf({ traces }: Config, reporter: EventReporter): Promise<SendTraces | null> {
  if (!traces) return null;
  const { openTraces } = await import('./platform/telemetry/tracing/open-traces.js');
  return openTraces(traces, VERSION, reporter);
}

/** By what this node hears others: Redis where that is set, else the other workers of this machine; null: there are none. */
function linkOf({ redisUrls, worker }: Config, keys: Keys, reporter: EventReporter): NodeLink | null {
  const way = redisUrls ? redisWay(redisUrls) : worker && localWay(busSocket(worker));
  return way && new NodeLink(way, keys, reporter);
}

function started(
  app: NestExpressApplication,
  { host, tls }: Config,
  { databases, sockets, traces }: { databases: OpenDatabases; sockets: SocketIoAdapter; traces: SendTraces | null },
): Node {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const name =
    host === null || host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const close = async () => {
    await sockets.drain();
    // Whatever else was opened is closed by its own shutdown hook, the databases last.
    await app.close();
    await traces?.close();
  };
  return { app, url: `${tls ? 'https' : 'http'}://${name}:${port}${publicPath('')}`, port, databases, close };
}
