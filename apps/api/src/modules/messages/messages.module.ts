import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { ConversationLogModule } from '../conversation-log/index.js';
import { FilesModule } from '../files/index.js';
import { UsersModule } from '../users/index.js';
import { EditHistory } from './edit-history.js';
import { MessageChangesController } from './message-changes.controller.js';
import { MessageChanges } from './message-changes.js';
import { MessageChangesRepository } from './message-changes.repository.js';
import { MessageDeletion } from './message-deletion.js';
import { MessageEdits } from './message-edits.js';
import { MessageErasure } from './message-erasure.js';
import { MessagePages } from './message-pages.js';
import { MessageStream } from './message-stream.js';
import { MessageViews } from './message-views.js';
import { MessageViewsRepository } from './message-views.repository.js';
import { MessagesController } from './messages.controller.js';
import { MessagesGateway } from './messages.gateway.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';
import { SpamDetector } from './spam-detector.js';
import { SystemMessages } from './system-messages.js';

@Module({
  imports: [RealtimeModule, ConversationLogModule, FilesModule, UsersModule],
  controllers: [MessagesController, MessageChangesController],
  providers: [
    MessagesGateway,
    MessagesService,
    MessagePages,
    MessageChanges,
    MessageEdits,
    MessageDeletion,
    MessageErasure,
    EditHistory,
    MessageStream,
    MessageViews,
    MessageViewsRepository,
    MessagesRepository,
    MessageChangesRepository,
    SpamDetector,
    SystemMessages,
  ],
  exports: [
    MessagesService,
    MessageChanges,
    MessageErasure,
    MessageViews,
    MessageStream,
    MessagesRepository,
    SystemMessages,
  ],
})
export class MessagesModule {}
