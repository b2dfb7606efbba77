import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { asParleyError } from '../../../kernel/errors.js';
import { EventReporter } from '../../../platform/telemetry/event-reporter.js';
import { closeBelowSocket } from '../../../realtime/connections/closing.js';
import { factsOf, transportOf } from '../../../realtime/connections/connection-facts.js';
import { HandshakeLimiter } from '../../../realtime/connections/handshake-limiter.js';
import { IO, type ParleyServer, type ParleySocket } from '../../../realtime/socket.js';
import { CredentialVerifier } from './credential-verifier.js';

const COME_BACK = new Set(['service_unavailable', 'internal']);

/** Decides about every socket before any handler can run; Nest's own guards come too late for that. */
@Injectable()
export class WsAuthGuard implements OnModuleInit {
  constructor(
    private readonly verifier: CredentialVerifier,
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
    const { credentials, mostCharacters } = factsOf(socket);
    socket.data.principal = await this.verifier.verify(credentials);
    socket.data.mostCharacters = mostCharacters;
    socket.data.isReady = false;
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
