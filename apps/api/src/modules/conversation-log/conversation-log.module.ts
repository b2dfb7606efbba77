import { Module } from '@nestjs/common';
import { HubModule } from '../../realtime/hub/hub.module.js';
import { ConversationLog } from './conversation-log.js';
import { ConversationLogRepository } from './conversation-log.repository.js';

@Module({
  imports: [HubModule],
  providers: [ConversationLog, ConversationLogRepository],
  exports: [ConversationLog, ConversationLogRepository],
})
export class ConversationLogModule {}
