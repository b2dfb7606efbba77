import { LIMITS } from '@parley/protocol';
import { Server, type ServerOptions } from 'socket.io';
import type { Config } from '../../../config/config.js';
import { PING_TIMEOUT_MS } from '../../connections/slow-consumers.js';
import { StreamKeepingServer } from '../../connections/stream-keeping-server.js';
import type { ParleyServer } from '../../socket.js';
import { textOnlyParser } from './text-only-parser.js';

export const PATH = '/socket.io';
/** Of connections: each gateway is one, and some others. Beyond ten Node would warn of it. */
const MOST_LISTENERS = 30;

/** Socket.IO as Parley configures it, not attached yet, because providers need it before there is an HTTP server. */
export function createSocketIoServer({ allowedOrigins }: Pick<Config, 'allowedOrigins'>): ParleyServer {
  const io: ParleyServer = new Server({
    path: PATH,
    cors: { origin: [...allowedOrigins], credentials: true },
    serveClient: false,
    pingInterval: 15_000,
    pingTimeout: PING_TIMEOUT_MS,
    connectTimeout: 5_000,
    maxHttpBufferSize: LIMITS.frameBytes,
    httpCompression: false,
    // Upgrades of other paths belong to other transports.
    destroyUpgrade: false,
    cleanupEmptyChildNamespaces: true,
    wsEngine: StreamKeepingServer,
    parser: textOnlyParser,
  } as unknown as Partial<ServerOptions>);
  io.sockets.setMaxListeners(MOST_LISTENERS);
  return io;
}
