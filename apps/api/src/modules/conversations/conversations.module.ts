import { Global, Module } from '@nestjs/common';
import { StreamSource } from '../../realtime/hub/stream-source.js';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { AuditModule } from '../audit/index.js';
import { ConversationLogModule } from '../conversation-log/index.js';
import { MessagesModule, SendTargets } from '../messages/index.js';
import { NoticesModule } from '../notices/index.js';
import { UsersModule } from '../users/index.js';
import { BansController } from './bans.controller.js';
import { BansRepository } from './bans.repository.js';
import { BansService } from './bans.service.js';
import { ConversationChanges } from './conversation-changes.js';
import { ConversationCreation } from './conversation-creation.js';
import { ConversationItems } from './conversation-items.js';
import { ConversationLists } from './conversation-lists.js';
import { ConversationListsRepository } from './conversation-lists.repository.js';
import { ConversationSendTargets } from './conversation-send-targets.js';
import { ConversationSettingsController } from './conversation-settings.controller.js';
import { ConversationSettingsRepository } from './conversation-settings.repository.js';
import { ConversationSettingsService } from './conversation-settings.service.js';
import { ConversationSizes } from './conversation-sizes.js';
import { ConversationSizesRepository } from './conversation-sizes.repository.js';
import { ConversationStreamSource } from './conversation-stream-source.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsRepository } from './conversations.repository.js';
import { ConversationsService } from './conversations.service.js';
import { LockedMembers } from './locked-members.js';
import { MemberRefs } from './member-refs.js';
import { MemberRemoval } from './member-removal.js';
import { MembersController } from './members.controller.js';
import { MembersService } from './members.service.js';
import { MessagesQueryController } from './messages-query.controller.js';
import { SendToController } from './send-to.controller.js';
import { SilencesController } from './silences.controller.js';
import { SilencesService } from './silences.service.js';
import { StreamChanges } from './stream-changes.js';
import { StreamSourceRepository } from './stream-source.repository.js';

/** Global, since the hub and messages ask through `StreamSource` and `SendTargets`, and must not import what imports them. */
@Global()
@Module({
  imports: [RealtimeModule, ConversationLogModule, MessagesModule, UsersModule, AuditModule, NoticesModule],
  controllers: [
    ConversationsController,
    MembersController,
    BansController,
    SilencesController,
    ConversationSettingsController,
    SendToController,
    MessagesQueryController,
  ],
  providers: [
    ConversationsService,
    ConversationCreation,
    ConversationChanges,
    ConversationItems,
    ConversationLists,
    { provide: StreamSource, useClass: ConversationStreamSource },
    { provide: SendTargets, useClass: ConversationSendTargets },
    StreamChanges,
    ConversationSizes,
    ConversationSizesRepository,
    ConversationSettingsService,
    ConversationSettingsRepository,
    MembersService,
    MemberRefs,
    LockedMembers,
    MemberRemoval,
    BansService,
    BansRepository,
    SilencesService,
    ConversationsRepository,
    ConversationListsRepository,
    StreamSourceRepository,
  ],
  exports: [ConversationChanges, ConversationItems, MembersService, StreamSource, SendTargets],
})
export class ConversationsModule {}
