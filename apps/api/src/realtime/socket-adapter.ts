import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import { type ErrorObject, LIMITS } from '@parley/protocol';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Logger } from 'pino';
import type { Server, ServerOptions } from 'socket.io';
import { asParleyError, notFound, ParleyError } from '../kernel/errors.js';
import { AdapterClients } from '../platform/redis/adapter-clients.js';
import type { RedisLink } from '../platform/redis/redis-link.js';
import { keepEntrance } from './entrance.js';
import { oneWritePerTurn, StreamKeepingServer } from './one-write-per-turn.js';
import type { ParleySocket } from './socket.js';

type Acknowledge = (answer: object) => void;

interface Surroundings {
  log: Logger;
  /** Null where this is the only node. */
  redis: RedisLink | null;
  allowedOrigins: readonly string[];
  allows(request: IncomingMessage): boolean;
}

const PATH = '/socket.io';

/** Socket.IO as Parley runs it, and the one place where a command meets its handler and gets its acknowledgement. */
export class SocketAdapter extends IoAdapter {
  private readonly commands = new WeakMap<ParleySocket, Map<string, MessageMappingProperties['callback']>>();

  constructor(
    private readonly app: INestApplication,
    private readonly surroundings: Surroundings,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const { allowedOrigins } = this.surroundings;
    const io: Server = super.createIOServer(port, {
      ...options,
      path: PATH,
      cors: { origin: [...allowedOrigins], credentials: true },
      serveClient: false,
      pingInterval: 15_000,
      pingTimeout: 8_000,
      connectTimeout: 5_000,
      maxHttpBufferSize: LIMITS.frameBytes,
      httpCompression: false,
      // Upgrades of other paths belong to other doors.
      destroyUpgrade: false,
      cleanupEmptyChildNamespaces: true,
      wsEngine: StreamKeepingServer,
    } as unknown as ServerOptions);
    if (this.surroundings.redis) io.adapter(betweenNodes(this.surroundings.redis));
    oneWritePerTurn(io.engine);
    keepEntrance(this.app.getHttpServer() as HttpServer, [{ path: `${PATH}/`, takesRequests: true }], (request) =>
      this.surroundings.allows(request)
        ? null
        : new ParleyError('forbidden', { message: 'This origin is not allowed here.' }),
    );
    return io;
  }

  /** Nest calls this once for each gateway; a socket obeys the commands of all of them. */
  override bindMessageHandlers(socket: ParleySocket, handlers: MessageMappingProperties[]): void {
    const known = this.commands.get(socket);
    const commands = known ?? new Map<string, MessageMappingProperties['callback']>();
    for (const { message, callback } of handlers) commands.set(message as string, callback);
    if (known) return;
    this.commands.set(socket, commands);
    socket.onAny((name: string, ...sent: unknown[]) => {
      const acknowledge = typeof sent.at(-1) === 'function' ? (sent.pop() as Acknowledge) : null;
      void this.obey(socket, { name, command: commands.get(name), sent }).then((answer) => acknowledge?.(answer));
    });
  }

  /** Never rejects: whatever goes wrong is the answer. */
  private async obey(socket: ParleySocket, { name, command, sent }: Command): Promise<object> {
    try {
      if (!command) throw notFound();
      if (!socket.data.isReady) await socket.data.ready;
      if (!socket.connected) throw new ParleyError('service_unavailable');
      // Several payloads are none: the command refuses that in its own way.
      return { success: true, ...((await command(sent.length === 1 ? sent[0] : undefined)) as object) };
    } catch (fault) {
      return { success: false, error: this.tell(socket, name, fault) };
    }
  }

  private tell(socket: ParleySocket, command: string, fault: unknown): ErrorObject {
    const error = asParleyError(fault);
    const requestId = randomUUID();
    const { userId } = socket.data.principal;
    const line = { code: error.code, userId, door: 'socketio', command: String(command).slice(0, 64), requestId };
    if (error.code === 'internal') this.surroundings.log.error({ ...line, err: error.cause }, 'a command failed');
    else this.surroundings.log.info(line, 'refused');
    return error.toObject(requestId);
  }
}

/**
 * Carries what is not durable to the other nodes, and that only: a durable event goes through the feed, to the sockets
 * of each node. Two channels are enough for that; one a conversation would double the subscriptions.
 */
function betweenNodes(link: RedisLink): ReturnType<typeof createShardedAdapter> {
  const clients = new AdapterClients(link);
  return createShardedAdapter(clients, clients, { channelPrefix: 'io', subscriptionMode: 'static' });
}

interface Command {
  name: string;
  command: MessageMappingProperties['callback'] | undefined;
  sent: unknown[];
}
