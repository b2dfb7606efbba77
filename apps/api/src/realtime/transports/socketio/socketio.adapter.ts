import { randomUUID } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Server as Engine } from 'engine.io';
import type { Config } from '../../../config/config.js';
import { invalid, notFound, ParleyError } from '../../../kernel/errors.js';
import { RateLimits } from '../../../platform/limits/rate-limits.js';
import { AdapterClients } from '../../../platform/nodes/adapter-clients.js';
import type { NodeLink } from '../../../platform/nodes/node-link.js';
import { EventReporter } from '../../../platform/telemetry/event-reporter.js';
import { type CommandHandler, CommandRouter } from '../../commands/command-router.js';
import { closeForGood } from '../../connections/closing.js';
import { transportOf } from '../../connections/connection-facts.js';
import { ConnectionLimiter } from '../../connections/connection-limiter.js';
import { drain } from '../../connections/drain.js';
import type { EngineConnection } from '../../connections/engine-connection.js';
import { FloodLimiter } from '../../connections/flood-limiter.js';
import { HandshakeLimiter } from '../../connections/handshake-limiter.js';
import { oneWritePerTurn } from '../../connections/one-write-per-turn.js';
import { peerAddresses } from '../../connections/peer-address.js';
import { SlowConsumers } from '../../connections/slow-consumers.js';
import { IO, type ParleyServer, type ParleySocket } from '../../socket.js';
import { Unreadable } from '../decoded-packet.js';
import { endpointsOf } from '../endpoints.js';
import { FramedListener } from '../framed/framed-listener.js';
import { type TransportPath, UpgradeRouter } from '../upgrade-router.js';
import { beginsConnection, unreadable } from './handshake-request.js';
import { shareHandlers, type TakesHandlers } from './shared-handlers.js';
import { PATH } from './socketio.server.js';
import { isBinary } from './text-only-parser.js';
import { WorkerSessions } from './worker-sessions.js';

type Acknowledge = (answer: object) => void;

interface Surroundings {
  /** Null where this is the only node. */
  link: NodeLink | null;
  config: Config;
  /** The refusal of an origin that may use no transport. */
  refusalOf(request: IncomingMessage): ParleyError | null;
}

const TRANSPORT: Omit<TransportPath, 'siblings'> = {
  name: 'socketio',
  // With its closing slash, as Engine.IO compares it.
  takes: ({ url }) => url?.startsWith(`${PATH}/`) ?? false,
  takesRequests: true,
  unreadable,
  begins: beginsConnection,
};
/** So many malformed frames of one socket are answered (§3). */
const MOST_BAD_FRAMES = 10;

/** Socket.IO as Parley runs it: what it reads goes to the router, and the router's answer to the acknowledgement. */
export class SocketIoAdapter extends IoAdapter implements TakesHandlers {
  /** Of all gateways, by the command's name. */
  private readonly handlers = new Map<string, CommandHandler>();
  private readonly router: CommandRouter;
  private readonly reporter: EventReporter;
  private readonly floods: FloodLimiter;
  private framed: FramedListener | null = null;
  private sessions: WorkerSessions | null = null;
  private leave: (() => Promise<void>) | null = null;

  constructor(
    private readonly app: INestApplication,
    private readonly surroundings: Surroundings,
  ) {
    super(app);
    shareHandlers();
    this.reporter = app.get(EventReporter);
    this.router = app.get(CommandRouter);
    this.floods = app.get(FloodLimiter, { strict: false });
  }

  override createIOServer(): ParleyServer {
    const io = this.app.get<ParleyServer>(IO, { strict: false });
    io.attach(this.app.getHttpServer() as HttpServer);
    if (this.surroundings.link) io.adapter(betweenNodes(this.surroundings.link));
    this.reportRefusalsOf(io);
    const { config } = this.surroundings;
    const { reporter } = this;
    if (config.worker) this.sessions = new WorkerSessions(config.worker, io.engine as Engine);
    oneWritePerTurn(
      io.engine,
      new SlowConsumers(config.limits, (connection, bytes) => this.evict(io, connection, bytes)),
    );
    const upgrades = this.routeUpgrades(io, new ConnectionLimiter(config.limits, () => io.engine.clientsCount));
    this.leave = () => drain({ io, router: upgrades, commands: this.router.inFlight, config, reporter });
    return io;
  }

  /** Where other workers hand over what is of this one's sessions; resolves once that can be used. */
  async listenForSiblings(): Promise<void> {
    await this.sessions?.listen();
  }

  /** Takes the node out of service. Never rejects, and takes no longer than the notice and about five seconds. */
  async drain(): Promise<void> {
    await this.leave?.().catch((fault: unknown) => this.reporter.drainFailed(fault));
    this.sessions?.close();
  }

  private routeUpgrades(io: ParleyServer, admission: ConnectionLimiter): UpgradeRouter {
    const handshakes = this.app.get(HandshakeLimiter, { strict: false });
    const limits = this.app.get(RateLimits, { strict: false });
    const peerAddressOf = peerAddresses(this.app);
    this.framed = new FramedListener(io, endpointsOf(this.surroundings.config), {
      isCommand: (name) => this.router.isKnown(name),
      chargeFrame: (line) => limits.charge('frames', line)?.refusal ?? null,
      onRefused: (error, at) => this.refused(error, at),
    });
    const transport = { ...TRANSPORT, siblings: this.sessions ?? undefined };
    return new UpgradeRouter(this.app.getHttpServer() as HttpServer, [transport, ...this.framed.paths], {
      refusalOf: (request) => this.surroundings.refusalOf(request),
      refusalToBegin: (request) => handshakes.refusal() ?? admission.refusal(peerAddressOf(request)),
      onRefused: (error, at) => this.refused(error, at),
    });
  }

  /** Engine.IO refuses sessions that it does not know, and Socket.IO namespaces, by themselves and without a word. */
  private reportRefusalsOf(io: ParleyServer): void {
    const at = () => ({ transport: TRANSPORT.name, requestId: randomUUID() });
    io.engine.on('connection_error', () => this.refused(new ParleyError('validation_failed'), at()));
    io.of((_name, _auth, next) => {
      this.refused(notFound(), at());
      next(null, false);
    });
  }

  private refused(error: ParleyError, at: { transport: string; requestId: string }): void {
    this.reporter.connectionRefused('upgrade', error, { userId: null, ...at });
  }

  /** Notes that the connection is closed for not reading; returns the frame with the reason. */
  private evict(io: ParleyServer, connection: EngineConnection, bytes: number): string {
    const requestId = randomUUID();
    const socket = [...io.of('/').sockets.values()].find(({ conn }) => Object.is(conn, connection));
    const userId = socket?.data.principal.userId ?? null;
    const { transport } = connection;
    this.reporter.slowConsumer({ userId, transport: transport.facts?.transport ?? TRANSPORT.name, requestId }, bytes);
    const error = new ParleyError('slow_consumer').toObject(requestId);
    return transport.finalPacket?.(error) ?? `42${JSON.stringify(['server:closing', { error }])}`;
  }

  /** Nest would add a listener for each gateway to every socket, two kilobytes in all; none of ours uses it. */
  override bindClientDisconnect(): void {}

  /** Called once for each gateway; a socket dispatches the commands of all of them. */
  connected(socket: ParleySocket, handlers: ReadonlyMap<string, CommandHandler>): void {
    for (const [name, handler] of handlers) this.handlers.set(name, handler);
    // The listener came with the first of them.
    if (socket.listenersAny().length > 0) return;
    this.framed?.joined(socket);
    forgetRequest(socket);
    socket.onAny((name: string, ...sent: unknown[]) => {
      const acknowledge = typeof sent.at(-1) === 'function' ? (sent.pop() as Acknowledge) : null;
      const handler = this.handlers.get(name);
      const refusal = () => this.refusalOf(socket, sent);
      const given = { transport: transportOf(socket), connection: socket, name, sent, handler, refusal };
      void this.router.dispatch(given).then((answer) => {
        acknowledge?.(answer);
        if (!answer.success && answer.error.code === 'rate_limited') this.floods.refused(socket, answer.error);
      });
    });
  }

  /** What to answer to a frame that cannot be read; who goes on sending such is closed. */
  private refusalOf(socket: ParleySocket, sent: readonly unknown[]): ParleyError | null {
    const frame = sent.find((payload) => payload instanceof Unreadable);
    if (!frame && !sent.some(isBinary)) return null;
    const count = (socket.data.badFrames ?? 0) + 1;
    socket.data.badFrames = count;
    // After the acknowledgement.
    if (count === MOST_BAD_FRAMES) setImmediate(() => closeForGood(socket, new ParleyError('bad_frames')));
    return frame?.why ?? invalid('', 'No command takes binary data.');
  }
}

const NOTHING = Object.freeze({});

/**
 * Its credentials have been looked at by now, and an idle socket would keep more of it than of all else. No other handshake
 * comes on this connection: who leaves the only namespace is closed.
 */
function forgetRequest({ conn, handshake }: ParleySocket): void {
  (conn as unknown as { request: unknown }).request = null;
  Object.assign(handshake, { headers: NOTHING, auth: NOTHING, query: NOTHING });
}

/**
 * Carries what is not durable to the other nodes, and that only: a durable event goes through the stream, to the sockets
 * of each node. Two channels are enough for that; one a conversation would double the subscriptions.
 */
function betweenNodes(link: NodeLink): ReturnType<typeof createShardedAdapter> {
  const clients = new AdapterClients(link);
  return createShardedAdapter(clients, clients, { channelPrefix: 'io', subscriptionMode: 'static' });
}
