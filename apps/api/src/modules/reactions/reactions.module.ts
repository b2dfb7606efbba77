import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { MessagesModule } from '../messages/index.js';
import { UsersModule } from '../users/index.js';
import { ReactionStream } from './reaction-stream.js';
import { ReactionsController } from './reactions.controller.js';
import { ReactionsGateway } from './reactions.gateway.js';
import { ReactionsRepository } from './reactions.repository.js';
import { ReactionsService } from './reactions.service.js';

@Module({
  imports: [RealtimeModule, MessagesModule, UsersModule],
  controllers: [ReactionsController],
  providers: [ReactionsGateway, ReactionsService, ReactionStream, ReactionsRepository],
})
export class ReactionsModule {}
