import { Module } from '@nestjs/common';
import { FeedModule } from '../../realtime/feed/feed.module.js';
import { MessagesModule } from '../messages/index.js';
import { UsersModule } from '../users/index.js';
import { ReactionFeed } from './reaction-events.js';
import { ReactionsController } from './reactions.controller.js';
import { ReactionsRepository } from './reactions.repository.js';
import { ReactionsService } from './reactions.service.js';

@Module({
  imports: [FeedModule, MessagesModule, UsersModule],
  controllers: [ReactionsController],
  providers: [ReactionsService, ReactionFeed, ReactionsRepository],
  exports: [ReactionsService],
})
export class ReactionsModule {}
