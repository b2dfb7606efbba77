import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Feeds } from '../../realtime/feed/feeds.js';
import { WsAuthGuard } from '../../realtime/guards/ws-auth.guard.js';
import { ServiceNotices } from '../../realtime/service-notices.js';
import type { ParleyServer } from '../../realtime/socket.js';
import { SessionEvents } from '../auth/index.js';
import { SocketSessions } from './socket-sessions.js';

/** Ties the Socket.IO server to the rooms that speak through it. */
@Injectable()
export class SocketServer implements OnApplicationShutdown {
  private stop: (() => void) | null = null;

  constructor(
    private readonly guard: WsAuthGuard,
    private readonly feeds: Feeds,
    private readonly sessions: SocketSessions,
    private readonly notices: ServiceNotices,
    private readonly events: SessionEvents,
  ) {}

  attach(io: ParleyServer): void {
    io.use(this.guard.handshake);
    this.feeds.attach(io);
    this.sessions.attach(io);
    this.notices.attach(io);
    this.stop = this.events.onEnded(({ userId, sessionId }) =>
      this.sessions.end(this.feeds.socketsOf(userId), sessionId),
    );
  }

  onApplicationShutdown(): void {
    this.stop?.();
  }
}
