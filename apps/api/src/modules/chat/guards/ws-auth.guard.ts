import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { asParleyError, ParleyError } from '../../../kernel/errors.js';
import type { Principal } from '../../../kernel/principal.js';
import { EventReporter } from '../../../platform/telemetry/event-reporter.js';
import { HandshakeLimiter } from '../../../realtime/connections/handshake-limiter.js';
import { TokenVerifier } from '../../../realtime/connections/token-verifier.js';
import { IO, type ParleyServer, type ParleySocket } from '../../../realtime/socket.js';
import { TicketsService } from '../../auth/index.js';

const COME_BACK = new Set(['service_unavailable', 'internal']);

/** Decides about every socket before any handler can run; Nest's own guards come too late for that. */
@Injectable()
export class WsAuthGuard implements OnModuleInit {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly tickets: TicketsService,
    private readonly handshakes: HandshakeLimiter,
    @Inject(IO) private readonly io: ParleyServer,
    private readonly reporter: EventReporter,
  ) {}

  /** Connections whose token is being looked at. */
  private readonly asking = new WeakSet<ParleySocket['client']>();

  onModuleInit(): void {
    this.io.use((socket, next) => this.handshake(socket, next));
  }

  private handshake(socket: ParleySocket, next: (refusal?: Error) => void): void {
    const { client } = socket;
    // One connection is one socket; Socket.IO itself refuses a second CONNECT only once the first is through.
    if (this.asking.has(client)) return socket.conn.close();
    this.asking.add(client);
    this.handshakes
      .during(() => this.admit(socket))
      .finally(() => this.asking.delete(client))
      .then(
        () => next(),
        (fault: unknown) => this.refuse(socket, { fault, next }),
      );
  }

  private async admit(socket: ParleySocket): Promise<void> {
    socket.data.principal = await this.principalOf(socket);
    socket.data.isReady = false;
  }

  /** By a token or by a ticket: with both it would not be clear who is coming. A token in the URL may have been logged. */
  private principalOf(socket: ParleySocket): Promise<Principal> {
    const { ticket, token: exposed } = socket.handshake.query;
    const token = tokenOf(socket);
    if (exposed === undefined && ticket === undefined && token !== null) return this.verifier.verify(token);
    if (exposed === undefined && typeof ticket === 'string' && token === null) return this.tickets.redeem(ticket);
    throw new ParleyError('unauthenticated');
  }

  /** A final refusal reaches the client as `connect_error`; from any other it is to come back by itself. */
  private refuse(socket: ParleySocket, { fault, next }: { fault: unknown; next: (refusal: Error) => void }): void {
    const error = asParleyError(fault);
    const requestId = randomUUID();
    const facts = { userId: null, transport: 'socketio', requestId };
    if (COME_BACK.has(error.code)) {
      this.reporter.handshakeUndecided(error, facts);
      socket.conn.close();
      return;
    }
    this.reporter.handshakeRefused(error, facts);
    next(Object.assign(new Error(error.message), { data: error.toObject(requestId) }));
  }
}

function tokenOf(socket: ParleySocket): string | null {
  const { auth, headers } = socket.handshake;
  const given: unknown = auth.token;
  if (typeof given === 'string') return given;
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}
