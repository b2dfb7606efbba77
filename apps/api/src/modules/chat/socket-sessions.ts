import { Inject, Injectable } from '@nestjs/common';
import type { JoinResult, RefreshResult } from '@parley/protocol';
import type { Logger } from 'pino';
import { asParleyError, faultLevel } from '../../kernel/errors.js';
import { LOG } from '../../kernel/log.js';
import { closeToComeBack } from '../../realtime/connections/closing.js';
import { Connections } from '../../realtime/connections/connections.js';
import { SessionExpiry } from '../../realtime/connections/session-expiry.js';
import type { ParleySocket } from '../../realtime/socket.js';
import { Presence } from '../presence/index.js';

/** The life of a socket between its handshake and its end. */
@Injectable()
export class SocketSessions {
  constructor(
    private readonly connections: Connections,
    private readonly clock: SessionExpiry,
    private readonly presence: Presence,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  /** Starts bringing the socket in; commands wait until that is done. Never throws. */
  begin(socket: ParleySocket): void {
    if (!this.connections.admits(socket)) return;
    const { userId } = socket.data.principal;
    this.log.info({ userId, socketId: socket.id, transport: 'socketio' }, 'connected');
    socket.on('disconnect', (reason) => {
      this.clock.stop(socket);
      this.presence.left(userId);
      this.log.info({ userId, socketId: socket.id, transport: 'socketio', reason }, 'disconnected');
      // There is no other namespace that a connection which leaves this one could be kept for.
      if (reason === 'client namespace disconnect') socket.conn.close();
    });
    this.presence.came(userId);
    socket.data.ready = this.connections.connect(socket).then(() => this.clock.start(socket));
    socket.data.ready.catch((fault: unknown) => {
      this.log[faultLevel(fault)]({ userId, err: fault }, 'a socket could not be brought in');
      closeToComeBack(socket, asParleyError(fault));
    });
  }

  join(socket: ParleySocket, conversationId: string): Promise<JoinResult> {
    return this.connections.join(socket, conversationId);
  }

  /** Silences this socket until it joins again or reconnects. */
  silence(socket: ParleySocket, conversationId: string): Promise<JoinResult> {
    return this.connections.silence(socket, conversationId);
  }

  async refresh(socket: ParleySocket, token: string): Promise<RefreshResult> {
    const principal = await this.clock.renew(socket, token);
    return { expiresAt: new Date(principal.expiresAt).toISOString() };
  }
}
