import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { AuthModule } from '../auth/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { FilesModule } from '../files/index.js';
import { MessagesModule } from '../messages/index.js';
import { UsersModule } from '../users/index.js';
import { AccountClosing } from './account-closing.js';
import { AccountErasure } from './account-erasure.js';
import { ErasureRepository } from './erasure.repository.js';
import { LeavingController } from './leaving.controller.js';
import { LeavingRepository } from './leaving.repository.js';
import { LeavingService } from './leaving.service.js';
import { MembershipEnding } from './membership-ending.js';

@Module({
  imports: [UsersModule, AuditModule, AuthModule, FilesModule, MessagesModule, ConversationsModule],
  controllers: [LeavingController],
  providers: [LeavingService, AccountClosing, LeavingRepository, AccountErasure, MembershipEnding, ErasureRepository],
})
export class LeavingModule {}
