import { Injectable } from '@nestjs/common';
import { Feeds } from '../../realtime/feed/feeds.js';
import { WsAuthGuard } from '../../realtime/guards/ws-auth.guard.js';
import type { ParleyServer } from '../../realtime/socket.js';
import { SocketSessions } from './socket-sessions.js';

/** Ties the Socket.IO server to the rooms that speak through it. */
@Injectable()
export class SocketServer {
  constructor(
    private readonly guard: WsAuthGuard,
    private readonly feeds: Feeds,
    private readonly sessions: SocketSessions,
  ) {}

  attach(io: ParleyServer): void {
    io.use(this.guard.handshake);
    this.feeds.attach(io);
    this.sessions.attach(io);
  }
}
