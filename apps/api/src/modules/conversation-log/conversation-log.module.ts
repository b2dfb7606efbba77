import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { ConversationLog } from './conversation-log.js';
import { ConversationLogRepository } from './conversation-log.repository.js';
import { MessageTextRepository } from './message-text.repository.js';

@Module({
  imports: [RealtimeModule],
  providers: [ConversationLog, ConversationLogRepository, MessageTextRepository],
  exports: [ConversationLog, ConversationLogRepository, MessageTextRepository],
})
export class ConversationLogModule {}
