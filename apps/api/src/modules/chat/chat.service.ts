import { Injectable } from '@nestjs/common';
import type { JoinResult, RefreshResult } from '@parley/protocol';
import { asParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { closeToComeBack } from '../../realtime/connections/closing.js';
import { transportOf } from '../../realtime/connections/connection-facts.js';
import { Connections } from '../../realtime/connections/connections.js';
import { SessionExpiry } from '../../realtime/connections/session-expiry.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { PresenceService } from '../presence/index.js';
import { TypingService } from '../typing/index.js';

/** The life of a socket between its handshake and its end. */
@Injectable()
export class ChatService {
  constructor(
    private readonly connections: Connections,
    private readonly expiry: SessionExpiry,
    private readonly presence: PresenceService,
    private readonly typing: TypingService,
    private readonly reporter: EventReporter,
  ) {}

  /** Starts bringing the socket in; commands wait until that is done. Never throws. */
  begin(socket: ParleySocket): void {
    if (!this.connections.admits(socket)) return;
    const { userId } = socket.data.principal;
    const facts = { userId, socketId: socket.id, transport: transportOf(socket) };
    this.reporter.connected(facts);
    socket.on('disconnect', (reason) => {
      this.expiry.stop(socket);
      this.reporter.disconnected({ ...facts, ...socket.data.closing }, reason);
      // There is no other namespace that a connection which leaves this one could be kept for.
      if (reason === 'client namespace disconnect') socket.conn.close();
    });
    this.presence.begin(socket);
    socket.data.ready = this.connections.connect(socket).then(() => {
      this.expiry.start(socket);
      this.typing.begin(socket);
    });
    socket.data.ready.catch((fault: unknown) => this.turnAway(socket, fault));
  }

  private turnAway(socket: ParleySocket, fault: unknown): void {
    const { userId } = socket.data.principal;
    const why = asParleyError(fault);
    const facts = { userId, transport: transportOf(socket), requestId: closeToComeBack(socket, why) };
    // It is about one conversation, and that is not there for its user.
    if (why.code === 'not_found') this.reporter.connectionRefused('joining', why, facts);
    else this.reporter.bringingInFailed(why, facts);
  }

  async join(socket: ParleySocket, conversationId: string): Promise<JoinResult> {
    const joined = await this.connections.join(socket, conversationId);
    this.typing.joined(socket, conversationId);
    return joined;
  }

  /** Silences this socket until it joins again or reconnects. */
  silence(socket: ParleySocket, conversationId: string): Promise<JoinResult> {
    return this.connections.silence(socket, conversationId);
  }

  async refresh(socket: ParleySocket, token: string): Promise<RefreshResult> {
    const principal = await this.expiry.renew(socket, token);
    return { expiresAt: new Date(principal.expiresAt).toISOString() };
  }
}
