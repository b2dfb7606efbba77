import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { ErrorObject } from '@parley/protocol';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Config } from '../../../config/config.js';
import { asParleyError, invalid, notFound, ParleyError } from '../../../kernel/errors.js';
import { isUuid, newId } from '../../../kernel/ids.js';
import { AdapterClients } from '../../../platform/redis/adapter-clients.js';
import type { RedisLink } from '../../../platform/redis/redis-link.js';
import { EventReporter } from '../../../platform/telemetry/event-reporter.js';
import { InFlightLimiter } from '../../commands/in-flight-limiter.js';
import { closeForGood } from '../../connections/closing.js';
import { ConnectionLimiter } from '../../connections/connection-limiter.js';
import { drain } from '../../connections/drain.js';
import { HandshakeLimiter } from '../../connections/handshake-limiter.js';
import { peerAddresses } from '../../connections/peer-address.js';
import { type EngineConnection, SlowConsumers } from '../../connections/slow-consumers.js';
import { IO, type ParleyServer, type ParleySocket } from '../../socket.js';
import { UpgradeRouter } from '../upgrade-router.js';
import { beginsConnection, unreadable } from './handshake-request.js';
import { oneWritePerTurn } from './one-write-per-turn.js';
import { PATH } from './socketio.server.js';
import { isBinary } from './text-only-parser.js';

type Acknowledge = (answer: object) => void;

interface Surroundings {
  /** Null where this is the only node. */
  redis: RedisLink | null;
  config: Config;
  /** Who may not speak to any transport. */
  refusalOf(request: IncomingMessage): ParleyError | null;
}

const TRANSPORT = { path: `${PATH}/`, takesRequests: true, unreadable, begins: beginsConnection };
/** So many malformed frames of one socket are answered (§3). */
const MOST_BAD_FRAMES = 10;

/** Socket.IO as Parley runs it, and the one place where a command meets its handler and gets its acknowledgement. */
export class SocketIoAdapter extends IoAdapter {
  private readonly commands = new WeakMap<ParleySocket, Map<string, MessageMappingProperties['callback']>>();
  private readonly underWay = new InFlightLimiter();
  private readonly reporter: EventReporter;
  private leave: (() => Promise<void>) | null = null;

  constructor(
    private readonly app: INestApplication,
    private readonly surroundings: Surroundings,
  ) {
    super(app);
    this.reporter = app.get(EventReporter);
  }

  override createIOServer(): ParleyServer {
    const io = this.app.get<ParleyServer>(IO, { strict: false });
    io.attach(this.app.getHttpServer() as HttpServer);
    if (this.surroundings.redis) io.adapter(betweenNodes(this.surroundings.redis));
    const { config } = this.surroundings;
    const { reporter } = this;
    oneWritePerTurn(
      io.engine,
      new SlowConsumers(config.limits, (connection, bytes) => this.evict(io, connection, bytes)),
    );
    const router = this.routeUpgrades(new ConnectionLimiter(config.limits, () => io.engine.clientsCount));
    this.leave = () => drain({ io, router, commands: this.underWay, config, reporter });
    return io;
  }

  /** Takes the node out of service. Never rejects, and takes no longer than the notice and about five seconds. */
  async drain(): Promise<void> {
    await this.leave?.().catch((fault: unknown) => this.reporter.drainFailed(fault));
  }

  private routeUpgrades(admission: ConnectionLimiter): UpgradeRouter {
    const handshakes = this.app.get(HandshakeLimiter, { strict: false });
    const addressOf = peerAddresses(this.app);
    return new UpgradeRouter(this.app.getHttpServer() as HttpServer, [TRANSPORT], {
      refusalOf: (request) => this.surroundings.refusalOf(request),
      refusalToBegin: (request) => handshakes.refusal() ?? admission.refusal(addressOf(request)),
      onRefused: (error, requestId) =>
        this.reporter.upgradeRefused(error, { userId: null, transport: 'socketio', requestId }),
    });
  }

  /** Notes who is closed for not reading; returns the frame that says so. */
  private evict(io: ParleyServer, connection: EngineConnection, bytes: number): string {
    const requestId = randomUUID();
    const socket = [...io.of('/').sockets.values()].find(({ conn }) => Object.is(conn, connection));
    const userId = socket?.data.principal.userId ?? null;
    this.reporter.slowConsumer({ userId, transport: 'socketio', requestId }, bytes);
    return `42${JSON.stringify(['server:closing', { error: new ParleyError('slow_consumer').toObject(requestId) }])}`;
  }

  /** Nest would keep a listener for each gateway on every socket, two kilobytes in all; none of ours asks for it. */
  override bindClientDisconnect(): void {}

  /** Nest calls this once for each gateway; a socket dispatches the commands of all of them. */
  override bindMessageHandlers(socket: ParleySocket, handlers: MessageMappingProperties[]): void {
    const known = this.commands.get(socket);
    const commands = known ?? new Map<string, MessageMappingProperties['callback']>();
    for (const { message, callback } of handlers) commands.set(message as string, callback);
    if (known) return;
    this.commands.set(socket, commands);
    socket.onAny((name: string, ...sent: unknown[]) => {
      const acknowledge = typeof sent.at(-1) === 'function' ? (sent.pop() as Acknowledge) : null;
      void this.dispatch(socket, { name, command: commands.get(name), sent }).then((answer) => acknowledge?.(answer));
    });
  }

  /** Never rejects: whatever goes wrong is the answer. */
  private async dispatch(socket: ParleySocket, given: Command): Promise<object> {
    try {
      return await this.underWay.during(socket, () => this.result(socket, given));
    } catch (fault) {
      return { success: false, error: this.tell(socket, given, fault) };
    }
  }

  private async result(socket: ParleySocket, { command, sent }: Command): Promise<object> {
    if (!command) throw notFound();
    if (!socket.data.isReady) await socket.data.ready;
    if (!socket.connected) throw new ParleyError('service_unavailable');
    if (sent.some(isBinary)) throw this.binary(socket);
    // Several payloads are none: the command refuses that in its own way.
    return { success: true, ...((await command(sent.length === 1 ? sent[0] : undefined)) as object) };
  }

  /** What to answer to binary data; who goes on sending it is closed. */
  private binary(socket: ParleySocket): ParleyError {
    const count = (socket.data.badFrames ?? 0) + 1;
    socket.data.badFrames = count;
    // After the acknowledgement.
    if (count === MOST_BAD_FRAMES) setImmediate(() => closeForGood(socket, new ParleyError('bad_frames')));
    return invalid('', 'No command takes binary data.');
  }

  private tell(socket: ParleySocket, given: Command, fault: unknown): ErrorObject {
    const error = repeatable(asParleyError(fault), given);
    const requestId = randomUUID();
    const { userId } = socket.data.principal;
    const command = String(given.name).slice(0, 64);
    this.reporter.commandFailed(error, { userId, transport: 'socketio', command, requestId });
    return error.toObject(requestId);
  }
}

/**
 * Carries what is not durable to the other nodes, and that only: a durable event goes through the stream, to the sockets
 * of each node. Two channels are enough for that; one a conversation would double the subscriptions.
 */
function betweenNodes(link: RedisLink): ReturnType<typeof createShardedAdapter> {
  const clients = new AdapterClients(link);
  return createShardedAdapter(clients, clients, { channelPrefix: 'io', subscriptionMode: 'static' });
}

/** A send that was refused before it was looked at can be repeated under an id as well (G2). */
function repeatable(error: ParleyError, { name, sent }: Command): ParleyError {
  if (name !== 'message:send' || error.extra.clientMessageId !== undefined) return error;
  const id = (sent[0] as { clientMessageId?: unknown } | null | undefined)?.clientMessageId;
  return error.withClientMessageId(isUuid(id) ? id.toLowerCase() : newId());
}

interface Command {
  name: string;
  command: MessageMappingProperties['callback'] | undefined;
  sent: unknown[];
}
