import { Injectable } from '@nestjs/common';
import { Hub } from '../../realtime/hub/hub.js';
import type { ParleyServer } from '../../realtime/socket.js';
import { WsAuthGuard } from './guards/ws-auth.guard.js';
import { SocketSessions } from './socket-sessions.js';

/** Ties the Socket.IO server to the rooms that speak through it. */
@Injectable()
export class SocketServer {
  constructor(
    private readonly guard: WsAuthGuard,
    private readonly hub: Hub,
    private readonly sessions: SocketSessions,
  ) {}

  attach(io: ParleyServer): void {
    io.use(this.guard.handshake);
    this.hub.attach(io);
    this.sessions.attach(io);
  }
}
