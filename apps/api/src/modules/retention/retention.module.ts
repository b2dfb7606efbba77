import { Module } from '@nestjs/common';
import { ConversationsModule } from '../conversations/index.js';
import { MessageExpiry } from './message-expiry.js';
import { RetentionRepository } from './retention.repository.js';
import { RetentionJob } from './retention-job.js';

@Module({
  imports: [ConversationsModule],
  providers: [RetentionJob, MessageExpiry, RetentionRepository],
})
export class RetentionModule {}
