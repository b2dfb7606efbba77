import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { FilesModule } from '../files/index.js';
import { ConversationLog } from './conversation-log.js';
import { ConversationLogRepository } from './conversation-log.repository.js';
import { MessageAttachments } from './message-attachments.js';
import { MessageTextRepository } from './message-text.repository.js';
import { MessageTokensRepository } from './message-tokens.repository.js';
import { PlainTextsRepository } from './plain-texts.repository.js';
import { TextEncryption } from './text-encryption.js';

@Module({
  imports: [RealtimeModule, FilesModule],
  providers: [
    ConversationLog,
    ConversationLogRepository,
    MessageTextRepository,
    MessageTokensRepository,
    MessageAttachments,
    PlainTextsRepository,
    TextEncryption,
  ],
  exports: [
    ConversationLog,
    ConversationLogRepository,
    MessageTextRepository,
    MessageTokensRepository,
    MessageAttachments,
  ],
})
export class ConversationLogModule {}
