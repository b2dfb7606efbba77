import { Module } from '@nestjs/common';
import { FeedModule } from '../../realtime/feed/feed.module.js';
import { TokenVerifier, WsAuthGuard } from '../../realtime/guards/ws-auth.guard.js';
import { ServiceNotices } from '../../realtime/service-notices.js';
import { SessionClock } from '../../realtime/session-clock.js';
import { AuthModule, TokenService } from '../auth/index.js';
import { MessagesModule } from '../messages/index.js';
import { PresenceModule } from '../presence/index.js';
import { ReactionsModule } from '../reactions/index.js';
import { ReceiptsModule } from '../receipts/index.js';
import { SyncModule } from '../sync/index.js';
import { ChatGateway } from './chat.gateway.js';
import { MessageChangesGateway } from './message-changes.gateway.js';
import { SessionEndings } from './session-endings.gateway.js';
import { SocketServer } from './socket-server.js';
import { SocketSessions } from './socket-sessions.js';
import { SyncGateway } from './sync.gateway.js';

@Module({
  imports: [FeedModule, AuthModule, MessagesModule, ReceiptsModule, ReactionsModule, PresenceModule, SyncModule],
  providers: [
    ChatGateway,
    SyncGateway,
    MessageChangesGateway,
    SessionEndings,
    SocketServer,
    SocketSessions,
    SessionClock,
    ServiceNotices,
    WsAuthGuard,
    { provide: TokenVerifier, useExisting: TokenService },
  ],
})
export class ChatModule {}
