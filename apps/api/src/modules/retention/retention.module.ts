import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { ChangesTrimRepository } from './changes-trim.repository.js';
import { ExpiryRepository } from './expiry.repository.js';
import { MessageExpiry } from './message-expiry.js';
import { RetentionController } from './retention.controller.js';
import { RetentionRepository } from './retention.repository.js';
import { RetentionService } from './retention.service.js';
import { RetentionJob } from './retention-job.js';

@Module({
  imports: [ConversationsModule, AuditModule],
  controllers: [RetentionController],
  providers: [
    RetentionJob,
    RetentionService,
    MessageExpiry,
    RetentionRepository,
    ExpiryRepository,
    ChangesTrimRepository,
  ],
})
export class RetentionModule {}
