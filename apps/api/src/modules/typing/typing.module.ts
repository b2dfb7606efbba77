import { Module } from '@nestjs/common';
import { RealtimeModule } from '../../realtime/realtime.module.js';
import { TypingController } from './typing.controller.js';
import { TypingGateway } from './typing.gateway.js';
import { TypingRepository } from './typing.repository.js';
import { TypingService } from './typing.service.js';
import { TypingBroadcaster } from './typing-broadcaster.js';

@Module({
  imports: [RealtimeModule],
  controllers: [TypingController],
  providers: [TypingGateway, TypingService, TypingBroadcaster, TypingRepository],
  exports: [TypingService],
})
export class TypingModule {}
