import { Module } from '@nestjs/common';
import { ServiceNotices } from '../../realtime/connections/service-notices.js';
import { SessionExpiry } from '../../realtime/connections/session-expiry.js';
import { TokenVerifier } from '../../realtime/connections/token-verifier.js';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { AuthModule, TokenService } from '../auth/index.js';
import { MessagesModule } from '../messages/index.js';
import { PresenceModule } from '../presence/index.js';
import { ReactionsModule } from '../reactions/index.js';
import { ReceiptsModule } from '../receipts/index.js';
import { SyncModule } from '../sync/index.js';
import { TypingModule } from '../typing/index.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatService } from './chat.service.js';
import { CredentialVerifier } from './guards/credential-verifier.js';
import { WsAuthGuard } from './guards/ws-auth.guard.js';
import { SessionEndings } from './session-endings.js';

@Module({
  imports: [
    RealtimeModule,
    AuthModule,
    MessagesModule,
    ReceiptsModule,
    ReactionsModule,
    PresenceModule,
    SyncModule,
    TypingModule,
  ],
  providers: [
    ChatGateway,
    ChatService,
    SessionEndings,
    SessionExpiry,
    ServiceNotices,
    CredentialVerifier,
    WsAuthGuard,
    { provide: TokenVerifier, useExisting: TokenService },
  ],
})
export class ChatModule {}
