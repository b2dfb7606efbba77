import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { ConversationsModule } from '../conversations/index.js';
import { MessagesModule } from '../messages/index.js';
import { UsersModule } from '../users/index.js';
import { SyncController } from './sync.controller.js';
import { SyncGateway } from './sync.gateway.js';
import { SyncRepository } from './sync.repository.js';
import { SyncService } from './sync.service.js';
import { SyncFindings } from './sync-findings.js';
import { SyncRowsRepository } from './sync-rows.repository.js';

@Module({
  imports: [RealtimeModule, UsersModule, MessagesModule, ConversationsModule],
  controllers: [SyncController],
  providers: [SyncGateway, SyncService, SyncFindings, SyncRepository, SyncRowsRepository],
})
export class SyncModule {}
