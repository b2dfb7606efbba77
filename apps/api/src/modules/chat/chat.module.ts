import { Module } from '@nestjs/common';
import { TokenVerifier, WsAuthGuard } from '../../realtime/guards/ws-auth.guard.js';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { AuthModule, TokenService } from '../auth/index.js';
import { MessagesModule } from '../messages/index.js';
import { PresenceModule } from '../presence/index.js';
import { ReceiptsModule } from '../receipts/index.js';
import { ChatGateway } from './chat.gateway.js';
import { SocketServer } from './socket-server.js';
import { SocketSessions } from './socket-sessions.js';

@Module({
  imports: [RealtimeModule, AuthModule, MessagesModule, ReceiptsModule, PresenceModule],
  providers: [ChatGateway, SocketServer, SocketSessions, WsAuthGuard, { provide: TokenVerifier, useExisting: TokenService }],
})
export class ChatModule {}
