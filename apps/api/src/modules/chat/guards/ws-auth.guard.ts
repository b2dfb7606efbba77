import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { asParleyError, ParleyError } from '../../../kernel/errors.js';
import type { Principal } from '../../../kernel/principal.js';
import { EventReporter } from '../../../platform/telemetry/event-reporter.js';
import { closeBelowSocket } from '../../../realtime/connections/closing.js';
import { factsOf, transportOf } from '../../../realtime/connections/connection-facts.js';
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

  /** By a token or by a ticket: with both it would not be clear who is coming. */
  private async principalOf(socket: ParleySocket): Promise<Principal> {
    const [credential, another] = factsOf(socket).credentials;
    if (!credential || another) throw new ParleyError('unauthenticated');
    return 'ticket' in credential ? this.tickets.redeem(credential.ticket) : this.verifier.verify(credential.token);
  }

  /** A final refusal reaches the client as `connect_error`; from any other it is to come back by itself. */
  private refuse(socket: ParleySocket, { fault, next }: { fault: unknown; next: (refusal: Error) => void }): void {
    const error = asParleyError(fault);
    const requestId = randomUUID();
    const facts = { userId: null, transport: transportOf(socket), requestId };
    if (COME_BACK.has(error.code)) {
      this.reporter.handshakeUndecided(error, facts);
      closeBelowSocket(socket, error.toObject(requestId));
      return;
    }
    this.reporter.connectionRefused('handshake', error, facts);
    next(Object.assign(new Error(error.message), { data: error.toObject(requestId) }));
  }
}
