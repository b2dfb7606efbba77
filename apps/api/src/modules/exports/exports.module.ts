import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { AuthModule } from '../auth/index.js';
import { ConversationLogModule } from '../conversation-log/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { FilesModule } from '../files/index.js';
import { MessagesModule } from '../messages/index.js';
import { UsersModule } from '../users/index.js';
import { AccountExport } from './account-export.js';
import { AccountExportRepository } from './account-export.repository.js';
import { ConversationExport } from './conversation-export.js';
import { ConversationExportRepository } from './conversation-export.repository.js';
import { ExportAccess } from './export-access.js';
import { ExportAnswer } from './export-answer.js';
import { ExportedChanges } from './exported-changes.js';
import { ExportedChangesRepository } from './exported-changes.repository.js';
import { ExportedFiles } from './exported-files.js';
import { ExportsController } from './exports.controller.js';

@Module({
  imports: [
    UsersModule,
    AuditModule,
    AuthModule,
    FilesModule,
    ConversationLogModule,
    MessagesModule,
    ConversationsModule,
  ],
  controllers: [ExportsController],
  providers: [
    AccountExport,
    AccountExportRepository,
    ConversationExport,
    ConversationExportRepository,
    ExportAccess,
    ExportAnswer,
    ExportedChanges,
    ExportedChangesRepository,
    ExportedFiles,
  ],
})
export class ExportsModule {}
