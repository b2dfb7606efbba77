import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { NodeBus } from '../../realtime/bus/node-bus.js';
import { closeForGood } from '../../realtime/connections/closing.js';
import { Connections } from '../../realtime/connections/connections.js';
import { IO, type ParleyServer, type ParleySocket } from '../../realtime/socket.js';
import { SESSIONS_ENDED, SessionEvents, type SessionsEnded } from '../auth/index.js';

/** How late an ending is noticed that another node could not publish. */
const REVIEW_MS = 15_000;
const AT_A_TIME = 5_000;

/** Tokens that are no longer good take their sockets with them, on every node. */
@Injectable()
export class SessionEndings implements OnModuleInit, OnApplicationShutdown {
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly events: SessionEvents,
    private readonly connections: Connections,
    @Inject(IO) private readonly io: ParleyServer,
    private readonly bus: NodeBus,
    private readonly reporter: EventReporter,
  ) {}

  onModuleInit(): void {
    const { io } = this;
    this.stops.push(
      this.events.onEnded((ended) => {
        if (!ended.isRemote) this.bus.publish(SESSIONS_ENDED, ended);
        this.close(ended);
      }),
    );
    this.bus.on(SESSIONS_ENDED, (ended) => this.events.ended({ ...ended, isRemote: true }));
    const timer = setInterval(() => void this.review([...io.of('/').sockets.values()]), REVIEW_MS).unref();
    this.stops.push(() => clearInterval(timer));
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  /** Reads the state of these from the database, which finds what another node ended while Redis was away. */
  private async review(sockets: readonly ParleySocket[]): Promise<void> {
    try {
      for (let at = 0; at < sockets.length; at += AT_A_TIME) {
        const asked = sockets.slice(at, at + AT_A_TIME).flatMap((socket) => {
          const { principal } = socket.data;
          return principal ? [{ socket, principal }] : [];
        });
        const over = await this.events.overAmong(asked.map(({ principal }) => principal));
        for (const { socket, principal } of asked) {
          // A session that was renewed meanwhile has another principal, which this query did not cover.
          if (over.has(principal) && socket.data.principal === principal) end(socket);
        }
      }
    } catch (fault) {
      this.reporter.sessionReviewFailed(fault);
    }
  }

  private close({ userId, sessionIds, isDisabled }: SessionsEnded): void {
    const ended = new Set(sessionIds);
    const sockets = this.connections.socketsOf(userId);
    for (const socket of sockets) if (ended.has(socket.data.principal.sessionId ?? '')) end(socket);
    // The event does not name other tokens, and a disabled user may have been enabled since: only the database can
    // decide.
    if (isDisabled) void this.review(sockets.filter(({ connected }) => connected));
  }
}

function end(socket: ParleySocket): void {
  closeForGood(socket, new ParleyError('unauthenticated', { message: 'The session was ended.' }));
}
