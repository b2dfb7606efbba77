import { Module } from '@nestjs/common';
import { FeedModule } from '../../realtime/feed/feed.module.js';
import { UsersModule } from '../users/index.js';
import { MessagePages } from './message-pages.js';
import { MessageWriter } from './message-writer.js';
import { MessagesController } from './messages.controller.js';
import { MessagesRepository } from './messages.repository.js';
import { MessagesService } from './messages.service.js';
import { SystemMessagesRepository } from './system-messages.repository.js';

@Module({
  imports: [FeedModule, UsersModule],
  controllers: [MessagesController],
  providers: [MessagesService, MessageWriter, MessagePages, MessagesRepository, SystemMessagesRepository],
  exports: [MessagesService, MessageWriter, MessagesRepository, SystemMessagesRepository],
})
export class MessagesModule {}
