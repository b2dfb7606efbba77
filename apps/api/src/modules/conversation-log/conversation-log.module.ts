import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { ConversationLog } from './conversation-log.js';
import { ConversationLogRepository } from './conversation-log.repository.js';

@Module({
  imports: [RealtimeModule],
  providers: [ConversationLog, ConversationLogRepository],
  exports: [ConversationLog, ConversationLogRepository],
})
export class ConversationLogModule {}
