import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { ConversationLog } from './conversation-log.js';
import { ConversationLogRepository } from './conversation-log.repository.js';
import { MessageTextRepository } from './message-text.repository.js';
import { MessageTokensRepository } from './message-tokens.repository.js';

@Module({
  imports: [RealtimeModule],
  providers: [ConversationLog, ConversationLogRepository, MessageTextRepository, MessageTokensRepository],
  exports: [ConversationLog, ConversationLogRepository, MessageTextRepository, MessageTokensRepository],
})
export class ConversationLogModule {}
