import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { DatabaseModule, type OpenDatabases } from './database/database.module.js';
import { AdminSocketModule } from './modules/administration/index.js';
import { AnnouncementsModule } from './modules/announcements/index.js';
import { AuditModule } from './modules/audit/index.js';
import { AuthModule } from './modules/auth/index.js';
import { ChatModule, COMMANDS } from './modules/chat/index.js';
import { ConversationsModule } from './modules/conversations/index.js';
import { DocsModule } from './modules/docs/index.js';
import { EncryptionModule } from './modules/encryption/index.js';
import { ExportsModule } from './modules/exports/index.js';
import { FilesModule } from './modules/files/index.js';
import { InvitesModule } from './modules/invites/index.js';
import { LeavingModule } from './modules/leaving/index.js';
import { MessagesModule } from './modules/messages/index.js';
import { ModerationModule } from './modules/moderation/index.js';
import { OperationsModule } from './modules/operations/index.js';
import { PresenceModule } from './modules/presence/index.js';
import { PushModule } from './modules/push/index.js';
import { ReactionsModule } from './modules/reactions/index.js';
import { ReceiptsModule } from './modules/receipts/index.js';
import { RetentionModule } from './modules/retention/index.js';
import { SearchModule } from './modules/search/index.js';
import { SyncModule } from './modules/sync/index.js';
import { TypingModule } from './modules/typing/index.js';
import { UsersModule } from './modules/users/index.js';
import { PlatformModule, type PlatformParts } from './platform/platform.module.js';
import { CommandsModule } from './realtime/commands/commands.module.js';

/**
 * Routes are tried in this order, so a fixed path (`messages/unread`, `messages/search`) stands before one with a parameter in
 * its place (`messages/:id`). Which module may enter which is the list in .dependency-cruiser.mjs.
 */
const FEATURES: Type[] = [
  UsersModule,
  AuditModule,
  AnnouncementsModule,
  AuthModule,
  FilesModule,
  SearchModule,
  ReceiptsModule,
  ConversationsModule,
  InvitesModule,
  ModerationModule,
  RetentionModule,
  MessagesModule,
  ReactionsModule,
  TypingModule,
  PresenceModule,
  PushModule,
  OperationsModule,
  SyncModule,
  LeavingModule,
  ExportsModule,
  AdminSocketModule,
  ChatModule,
  DocsModule,
];

@Module({})
export class AppModule {
  static with(parts: PlatformParts & { databases: OpenDatabases }): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(parts),
        DatabaseModule.with(parts.databases),
        EncryptionModule,
        CommandsModule.with(COMMANDS),
        ...FEATURES,
      ],
    };
  }
}
