import { Module } from '@nestjs/common';
import { FeedModule } from '../../realtime/feed/feed.module.js';
import { UsersModule } from '../users/index.js';
import { MessageFeed } from './message-feed.js';
import { MessagePages } from './message-pages.js';
import { MessageViews } from './message-views.js';
import { MessageViewsRepository } from './message-views.repository.js';
import { MessageWriter } from './message-writer.js';
import { MessagesController } from './messages.controller.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';
import { SystemMessagesRepository } from './system-messages.repository.js';

@Module({
  imports: [FeedModule, UsersModule],
  controllers: [MessagesController],
  providers: [
    MessagesService,
    MessageWriter,
    MessagePages,
    MessageFeed,
    MessageViews,
    MessageViewsRepository,
    MessagesRepository,
    SystemMessagesRepository,
  ],
  exports: [MessagesService, MessageViews, MessageFeed, MessageWriter, MessagesRepository, SystemMessagesRepository],
})
export class MessagesModule {}
